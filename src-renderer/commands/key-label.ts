/** How chords are written for people: on their layout, in their system's way. */
export interface KeyNames {
  mac: boolean;
  /** `KeyboardEvent.code` → the character printed on that key; from the layout map where the browser has one. */
  layout: ReadonlyMap<string, string>;
}

const named: Record<string, string> = {
  Space: 'Space',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  PageUp: 'Page up',
  PageDown: 'Page down',
  NumpadEnter: 'Enter',
  Comma: ',',
  Period: '.',
  Slash: '/',
  Backslash: '\\',
  Minus: '-',
  Equal: '=',
  BracketLeft: '[',
  BracketRight: ']',
  '?': '?',
};
const modifiers: Record<string, [mac: string, other: string]> = {
  $mod: ['⌘', 'Ctrl'],
  Shift: ['⇧', 'Shift'],
  Alt: ['⌥', 'Alt'],
  Control: ['⌃', 'Ctrl'],
};

/** The keys of one chord, one string each: `$mod+Shift+KeyZ` → `Ctrl`, `Shift`, `Z`. */
export function keyCaps(chord: string, names: KeyNames): string[] {
  const parts = chord.split('+');
  const code = parts.pop()!;
  const caps = parts.map((part) => modifiers[part]?.[names.mac ? 0 : 1] ?? part);
  const printed = names.layout.get(code);
  const plain = named[code] ?? code.replace(/^(Key|Digit)/u, '').replace(/^Numpad/u, 'Num ');
  // `Shift+?` is how one gets it; the character says enough.
  if (code === '?') return ['?'];
  return [...caps, printed && printed.trim() ? printed.toLocaleUpperCase() : plain];
}

/** The chord in one string: `Ctrl+Shift+Z`, on a Mac `⌘⇧Z`. */
export function keyLabel(chord: string, names: KeyNames): string {
  return keyCaps(chord, names).join(names.mac ? '' : '+');
}
