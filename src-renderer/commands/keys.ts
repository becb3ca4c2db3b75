import { matchKeybindingPress, parseKeybinding } from 'tinykeys';
import { useAppStore } from '../state/app-store.ts';
import { HeldKeys } from './held-keys.ts';
import type { Command } from './registry.ts';
import { commands } from './registry.ts';

const bindings = commands.flatMap((command) =>
  command.keys.map((chord) => ({ command, press: parseKeybinding(chord)[0]! })),
);

const textFields =
  'input:not([type=checkbox], [type=radio], [type=range], [type=button]), textarea, select, [contenteditable=true]';
const layers = 'dialog, [role=dialog], [role=alertdialog], [role=menu]';
/** What Space and Enter belong to when it has the focus. */
const pressables =
  'button, a[href], summary, [role=button], [role=menuitem], [role=tab], [role=option], [role=switch], [role=checkbox], [role=radio], input';
/** What arrows belong to. A region may say which further keys are its own: data-own-keys="ArrowLeft Home". */
const arrowUsers =
  '[role=slider], [role=separator], [role=tablist], [role=radiogroup], [role=listbox], input[type=range]';
const arrowKeys = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown']);
const pressKeys = new Set(['Space', 'Enter', 'NumpadEnter']);

/** Does the element with the focus want this key for itself? No command acts while a text field or a dialog has it. */
function belongsToFocus(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return false;
  if (target.closest(textFields) || target.closest(layers)) return true;
  if (pressKeys.has(event.code) && target.closest(pressables)) return true;
  if (arrowKeys.has(event.code) && target.closest(arrowUsers)) return true;
  return target.closest('[data-own-keys]')?.getAttribute('data-own-keys')?.split(' ').includes(event.code) ?? false;
}

/** The command this key means here and now, if any. */
export const commandOf = (event: KeyboardEvent): Command | undefined => meantBy(event, (command) => command.when());

function meantBy(event: KeyboardEvent, mayBe: (command: Command) => boolean): Command | undefined {
  if (event.defaultPrevented || event.isComposing || belongsToFocus(event)) return undefined;
  const { overlay } = useAppStore.getState();
  // The tour lies beside the window, not over it.
  if (overlay !== null && overlay !== 'tour') return undefined;
  const bound = bindings.find(
    ({ command, press }) => (!event.repeat || command.repeats) && matchKeybindingPress(event, press) && mayBe(command),
  );
  return bound?.command;
}

/** Listen on the window. Returns the function that stops it. */
export function listenForKeys(target: Window): () => void {
  const held = new HeldKeys();
  held.listen();
  const onKey = (event: KeyboardEvent): void => {
    const early = meantBy(event, (command) => held.isEarly(command));
    const command = early ?? commandOf(event);
    if (!command) return;
    event.preventDefault();
    if (early) {
      held.hold(early);
      return;
    }
    command.run();
  };
  /**
   * A click does not leave the focus on a button: the next Space plays, as in every editor. Keys still reach every
   * button with Tab. A text field that had the focus lets go of it, so that renaming ends.
   */
  const onMouseDown = (event: MouseEvent): void => {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    if (!button || button.closest(layers)) return;
    event.preventDefault();
    if (document.activeElement instanceof HTMLElement && document.activeElement.matches(textFields)) {
      document.activeElement.blur();
    }
  };
  target.addEventListener('keydown', onKey);
  target.addEventListener('mousedown', onMouseDown);
  return () => {
    held.close();
    target.removeEventListener('keydown', onKey);
    target.removeEventListener('mousedown', onMouseDown);
  };
}
