import { i18next } from '../../i18n/index.ts';

const shownNames = 3;
/** As src-shared/formats/text/tokens.ts puts it, of one file or of several (`talk.rttm: The speaker …`). */
const replacedName = /The speaker ".*" is written as (\S+): \w+ fields hold no white space\.$/su;

/** What an export says beside its result: each sentence once, and all names without their spaces in one of them. */
export function exportNotes(warnings: readonly string[]): string[] {
  const names = new Set<string>();
  const others = new Set<string>();
  for (const warning of warnings) {
    const name = replacedName.exec(warning)?.[1];
    if (name === undefined) others.add(warning);
    else names.add(name);
  }
  if (names.size === 0) return [...others];
  const order = new Intl.Collator(undefined, { numeric: true });
  const shown = [...names].sort(order.compare).slice(0, shownNames).join(', ');
  const more = names.size - shownNames;
  const note =
    more > 0
      ? i18next.t('exporting.namesMore', { names: shown, count: more })
      : i18next.t('exporting.names', { names: shown });
  return [note, ...others];
}
