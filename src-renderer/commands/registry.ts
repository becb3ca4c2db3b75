import { i18next } from '../i18n/index.ts';
import type { Action } from './action.ts';
import { editActions } from './actions/edit.ts';
import { faceActions } from './actions/faces.ts';
import { moveActions } from './actions/move.ts';
import { playActions } from './actions/play.ts';
import { speakerActions } from './actions/speakers.ts';
import { viewActions } from './actions/view.ts';
import { catalogue } from './catalogue.ts';
import type { CatalogueEntry, CommandGroup, CommandId } from './catalogue.ts';

/** A command as menus, palette and keys see it. */
export interface Command {
  readonly id: CommandId;
  readonly group: CommandGroup;
  readonly keys: readonly string[];
  readonly repeats: boolean;
  title: () => string;
  when: () => boolean;
  run: () => void;
}

/** The compiler holds catalogue and actions together: a missing or an unknown id does not build. */
const actions: Record<CommandId, Action> = {
  ...playActions,
  ...moveActions,
  ...editActions,
  ...speakerActions,
  ...faceActions,
  ...viewActions,
};

export const commands: readonly Command[] = catalogue.map((entry): Command => {
  const id: CommandId = entry.id;
  const { group, keys, repeats }: CatalogueEntry = entry;
  return {
    id,
    group,
    keys,
    repeats: repeats ?? false,
    title: () => i18next.t(`commands.${id}`),
    when: () => actions[id].when?.() ?? true,
    run: () => {
      void actions[id].run();
    },
  };
});

const byId = new Map(commands.map((command) => [command.id, command]));

export function command(id: CommandId): Command {
  return byId.get(id)!;
}

/** Run it if it may now. */
export function runCommand(id: CommandId): void {
  const found = command(id);
  if (found.when()) found.run();
}
