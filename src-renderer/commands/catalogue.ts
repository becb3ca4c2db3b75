/**
 * Every command and its keys, as plain data: the palette, tooltips, the `?` sheet, docs/keyboard.md and the end-to-end
 * tests read it; what a command does is in actions/. No imports, so that Node can read it without a page.
 *
 * Keys are chords of tinykeys: physical keys (`KeyboardEvent.code`), so that they stay in place on every layout; `?` is
 * the one that goes by its character. `$mod` is Ctrl, on a Mac Cmd.
 */
export const commandGroups = ['play', 'move', 'edit', 'speakers', 'file', 'view'] as const;
export type CommandGroup = (typeof commandGroups)[number];

export interface CatalogueEntry {
  readonly id: string;
  readonly group: CommandGroup;
  readonly keys: readonly string[];
  /** Acts again while the key is held. */
  readonly repeats?: true;
}

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'] as const;

const assign = digits.map((digit) => ({
  id: `assign.d${digit}` as const,
  group: 'speakers' as const,
  keys: [`Digit${digit}`, `Numpad${digit}`],
}));
const overlap = digits.map((digit) => ({
  id: `overlap.d${digit}` as const,
  group: 'speakers' as const,
  keys: [`Shift+Digit${digit}`],
}));

export const catalogue = [
  { id: 'play.toggle', group: 'play', keys: ['Space', 'KeyK'] },
  { id: 'play.selection', group: 'play', keys: ['Shift+Space'] },
  { id: 'play.loop', group: 'play', keys: ['$mod+KeyL'] },
  { id: 'play.shuttleBack', group: 'play', keys: ['KeyJ'] },
  { id: 'play.shuttleForward', group: 'play', keys: ['KeyL'] },
  { id: 'play.aroundStart', group: 'play', keys: ['KeyQ'] },
  { id: 'play.aroundEnd', group: 'play', keys: ['KeyW'] },
  { id: 'play.slower', group: 'play', keys: ['Minus'] },
  { id: 'play.faster', group: 'play', keys: ['Equal'] },
  { id: 'play.normalSpeed', group: 'play', keys: ['Backslash'] },

  { id: 'seek.back', group: 'move', keys: ['ArrowLeft'], repeats: true },
  { id: 'seek.forward', group: 'move', keys: ['ArrowRight'], repeats: true },
  { id: 'seek.backFar', group: 'move', keys: ['Shift+ArrowLeft'], repeats: true },
  { id: 'seek.forwardFar', group: 'move', keys: ['Shift+ArrowRight'], repeats: true },
  { id: 'seek.backFine', group: 'move', keys: ['$mod+ArrowLeft'], repeats: true },
  { id: 'seek.forwardFine', group: 'move', keys: ['$mod+ArrowRight'], repeats: true },
  { id: 'seek.start', group: 'move', keys: ['Home'] },
  { id: 'seek.end', group: 'move', keys: ['End'] },
  { id: 'frame.back', group: 'move', keys: ['Comma'], repeats: true },
  { id: 'frame.forward', group: 'move', keys: ['Period'], repeats: true },
  { id: 'frame.backTen', group: 'move', keys: ['Shift+Comma'], repeats: true },
  { id: 'frame.forwardTen', group: 'move', keys: ['Shift+Period'], repeats: true },
  { id: 'segment.next', group: 'move', keys: ['ArrowDown'], repeats: true },
  { id: 'segment.previous', group: 'move', keys: ['ArrowUp'], repeats: true },
  { id: 'segment.extendNext', group: 'move', keys: ['Shift+ArrowDown'], repeats: true },
  { id: 'segment.extendPrevious', group: 'move', keys: ['Shift+ArrowUp'], repeats: true },
  { id: 'doubt.next', group: 'move', keys: ['KeyU'] },
  { id: 'doubt.previous', group: 'move', keys: ['Shift+KeyU'] },
  { id: 'overlapping.next', group: 'move', keys: ['KeyV'] },
  { id: 'overlapping.previous', group: 'move', keys: ['Shift+KeyV'] },
  { id: 'selection.all', group: 'move', keys: ['$mod+KeyA'] },
  { id: 'selection.clear', group: 'move', keys: ['Escape'] },

  { id: 'segment.accept', group: 'edit', keys: ['Enter', 'NumpadEnter'] },
  { id: 'segment.doubt', group: 'edit', keys: ['KeyD'] },
  { id: 'segment.add', group: 'edit', keys: ['KeyA'] },
  { id: 'segment.split', group: 'edit', keys: ['KeyS'] },
  { id: 'segment.mergeNext', group: 'edit', keys: ['KeyM'] },
  { id: 'segment.mergePrevious', group: 'edit', keys: ['Shift+KeyM'] },
  { id: 'segment.delete', group: 'edit', keys: ['Backspace', 'Delete'] },
  { id: 'edge.startHere', group: 'edit', keys: ['KeyI'] },
  { id: 'edge.endHere', group: 'edit', keys: ['KeyO'] },
  { id: 'edge.startEarlier', group: 'edit', keys: ['BracketLeft'], repeats: true },
  { id: 'edge.startLater', group: 'edit', keys: ['BracketRight'], repeats: true },
  { id: 'edge.endEarlier', group: 'edit', keys: ['Shift+BracketLeft'], repeats: true },
  { id: 'edge.endLater', group: 'edit', keys: ['Shift+BracketRight'], repeats: true },
  { id: 'edge.startMuchEarlier', group: 'edit', keys: ['$mod+BracketLeft'], repeats: true },
  { id: 'edge.startMuchLater', group: 'edit', keys: ['$mod+BracketRight'], repeats: true },
  { id: 'edge.endMuchEarlier', group: 'edit', keys: ['$mod+Shift+BracketLeft'], repeats: true },
  { id: 'edge.endMuchLater', group: 'edit', keys: ['$mod+Shift+BracketRight'], repeats: true },
  { id: 'edit.undo', group: 'edit', keys: ['$mod+KeyZ'], repeats: true },
  { id: 'edit.redo', group: 'edit', keys: ['$mod+Shift+KeyZ', '$mod+KeyY'], repeats: true },

  ...assign,
  ...overlap,
  { id: 'speaker.pick', group: 'speakers', keys: ['Slash'] },
  { id: 'speaker.add', group: 'speakers', keys: ['KeyN'] },
  { id: 'speaker.rename', group: 'speakers', keys: ['F2'] },
  { id: 'speaker.merge', group: 'speakers', keys: ['$mod+KeyM'] },
  { id: 'speaker.acceptName', group: 'speakers', keys: ['KeyP'] },
  { id: 'speaker.dismissName', group: 'speakers', keys: ['Shift+KeyP'] },
  { id: 'speaker.voices', group: 'speakers', keys: ['Shift+KeyN'] },
  { id: 'speaker.count', group: 'speakers', keys: ['Shift+KeyR'] },

  { id: 'face.next', group: 'move', keys: ['KeyF'] },
  { id: 'face.previous', group: 'move', keys: ['Shift+KeyF'] },
  { id: 'face.take', group: 'edit', keys: ['KeyG'] },
  { id: 'face.release', group: 'edit', keys: ['Shift+KeyG'] },
  { id: 'face.assignSegments', group: 'edit', keys: ['KeyY'] },
  { id: 'face.split', group: 'edit', keys: ['Shift+KeyS'] },
  { id: 'face.merge', group: 'edit', keys: ['KeyH'] },
  { id: 'face.delete', group: 'edit', keys: ['Shift+Delete', 'Shift+Backspace'] },
  { id: 'cut.next', group: 'move', keys: ['Shift+KeyC'] },
  { id: 'cut.toggle', group: 'edit', keys: ['KeyC'] },
  { id: 'sync.correct', group: 'edit', keys: ['Shift+KeyA'] },
  { id: 'sync.asInFile', group: 'edit', keys: ['Shift+KeyD'] },

  { id: 'file.add', group: 'file', keys: ['$mod+KeyO'] },
  { id: 'file.next', group: 'file', keys: ['Shift+PageDown'] },
  { id: 'file.previous', group: 'file', keys: ['Shift+PageUp'] },
  { id: 'file.runAgain', group: 'file', keys: ['KeyR'] },
  { id: 'file.export', group: 'file', keys: ['$mod+KeyE'] },
  { id: 'file.jobs', group: 'file', keys: ['Shift+KeyJ'] },

  { id: 'view.zoomSelection', group: 'view', keys: ['KeyZ'] },
  { id: 'view.zoomFit', group: 'view', keys: ['Shift+KeyZ'] },
  { id: 'view.zoomIn', group: 'view', keys: ['$mod+ArrowUp'], repeats: true },
  { id: 'view.zoomOut', group: 'view', keys: ['$mod+ArrowDown'], repeats: true },
  { id: 'view.boxes', group: 'view', keys: ['KeyB'] },
  { id: 'view.lips', group: 'view', keys: ['Shift+KeyB'] },
  { id: 'view.list', group: 'view', keys: ['KeyT'] },
  { id: 'view.library', group: 'view', keys: ['$mod+Digit1'] },
  { id: 'view.review', group: 'view', keys: ['$mod+Digit2'] },
  { id: 'view.curate', group: 'view', keys: ['$mod+Digit3'] },
  { id: 'view.models', group: 'view', keys: ['$mod+Digit4'] },
  { id: 'view.settings', group: 'view', keys: ['$mod+Digit5'] },
  { id: 'view.help', group: 'view', keys: ['$mod+Digit6'] },
  { id: 'view.palette', group: 'view', keys: ['$mod+KeyK'] },
  { id: 'view.keys', group: 'view', keys: ['Shift+?'] },
  { id: 'view.theme', group: 'view', keys: ['$mod+Shift+KeyL'] },
] as const satisfies readonly CatalogueEntry[];

export type CommandId = (typeof catalogue)[number]['id'];
