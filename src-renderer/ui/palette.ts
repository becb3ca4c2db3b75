/**
 * Speaker hue, pattern and initial, and the tokens of ui/tokens.css as plain strings for canvases. A speaker keeps
 * `colour` for life: 0–11 are the twelve hues plain, 12–23 the same hues with a pattern, and so on.
 */

export const speakerHues = 12;
export const speakerPatterns = ['solid', 'stripes', 'dots', 'grid', 'waves'] as const;
export type SpeakerPattern = (typeof speakerPatterns)[number];

export interface SpeakerLook {
  /** 0–11: the token `--speaker-N`. */
  hue: number;
  pattern: SpeakerPattern;
  /** For DOM styles: `var(--speaker-3)`. */
  cssColour: string;
}

/** How a speaker with this colour index looks, in any theme. */
export function speakerLook(colour: number): SpeakerLook {
  const hue = colour % speakerHues;
  const pattern = speakerPatterns[Math.floor(colour / speakerHues) % speakerPatterns.length]!;
  return { hue, pattern, cssColour: `var(--speaker-${hue})` };
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One or two graphemes that stand for a name in a swatch or a narrow block: `Dr. Ito` → `DI`, `Speaker 12` → `12`. */
export function initialsOf(name: string): string {
  const trailingNumber = /(\d{1,2})$/u.exec(name.trim())?.[1];
  if (trailingNumber && /^\D+\d+$/u.test(name.trim())) return String(Number(trailingNumber));
  const words = name.split(/[\s_\-.·,]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = (word: string | undefined): string => {
    for (const { segment } of segmenter.segment(word ?? '')) if (/[\p{L}\p{N}]/u.test(segment)) return segment;
    return '';
  };
  const [one, ...rest] = words;
  const letters = first(one) + first(rest.at(-1));
  return letters ? letters.toLocaleUpperCase() : '?';
}

const tokenNames = [
  'bg',
  'panel',
  'raised',
  'hover',
  'line',
  'line-strong',
  'text',
  'dim',
  'faint',
  'accent',
  'on-accent',
  'accent-soft',
  'danger',
  'warn',
  'good',
  'stage',
  'wave',
  'wave-ahead',
  'playhead',
  'on-playhead',
  'lane-line',
  'speaker-ink',
] as const;
export type TokenName = (typeof tokenNames)[number];

export interface Palette {
  tokens: Record<TokenName, string>;
  /** Twelve hues of this theme; index = `speakerLook(colour).hue`. */
  speakers: string[];
  fontFamily: string;
}

let cached: Palette | null = null;

/** The tokens as they are resolved now. Cheap: cached until the theme changes. */
export function readPalette(): Palette {
  if (cached) return cached;
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  cached = {
    tokens: Object.fromEntries(tokenNames.map((name) => [name, read(name)])) as Record<TokenName, string>,
    speakers: Array.from({ length: speakerHues }, (_, hue) => read(`speaker-${hue}`)),
    fontFamily: read('font'),
  };
  return cached;
}

const listeners = new Set<() => void>();

/** Called after each change of theme, contrast or forced colours: canvases redraw. Returns the unsubscribe function. */
export function onPaletteChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** For ui/theme.ts: the tokens have other values now. */
export function paletteChanged(): void {
  cached = null;
  for (const listener of listeners) listener();
}
