import { i18next } from '../../i18n/index.ts';
import { commandGroups } from '../../commands/catalogue.ts';
import type { CommandGroup } from '../../commands/catalogue.ts';
import { commands } from '../../commands/registry.ts';

export interface KeyRow {
  title: string;
  chords: readonly string[];
  /** From the first to the last chord, not one or the other. */
  range?: true;
}

/** All commands by group; the ten digits as one row each for plain and Shift. */
export function keyRows(filter: string): { group: CommandGroup; rows: KeyRow[] }[] {
  const wanted = filter.trim().toLocaleLowerCase();
  const rowOf = (id: string, title: string, keys: readonly string[]): KeyRow | null => {
    const [, kind, digit] = /^(assign|overlap)\.d(\d)$/u.exec(id) ?? [];
    if (kind === undefined) return { title, chords: keys };
    if (digit !== '1') return null;
    return kind === 'assign'
      ? { title: i18next.t('keys.assign'), chords: ['Digit1', 'Digit0'], range: true }
      : { title: i18next.t('keys.overlap'), chords: ['Shift+Digit1', 'Shift+Digit0'], range: true };
  };
  return commandGroups
    .map((group) => ({
      group,
      rows: commands
        .filter((command) => command.group === group)
        .map((command) => rowOf(command.id, command.title(), command.keys))
        .filter((row) => row !== null)
        .filter((row) => row.title.toLocaleLowerCase().includes(wanted)),
    }))
    .filter(({ rows }) => rows.length > 0);
}
