import type { ReferenceClip } from '../references.ts';
import type { ClipScore } from './score-clip.ts';

/** What one system made of the clips; null where it could not run. */
export interface SystemScores {
  name: string;
  scores: ReadonlyMap<ReferenceClip, ClipScore | null>;
}

const percent = (share: number): string => (100 * share).toFixed(1);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Two tables: means per set and over all clips for each system, and each system's strict error on each clip. Means are of
 * clips, each of which counts the same; a system that could not run on some clips says on how many it did.
 */
export function accuracyTables(clips: readonly ReferenceClip[], systems: readonly SystemScores[]): string {
  const sets = [...new Set(clips.map((clip) => clip.set))];
  const head = ['system', 'clips', ...sets, 'all', 'fair', 'forgiving', 'JER', 'counts right', 'count off by'];
  const rows = systems.map(({ name, scores }) => {
    const known = clips.flatMap((clip) => {
      const score = scores.get(clip);
      return score ? [{ clip, score }] : [];
    });
    if (known.length === 0) return [name, '0', ...sets.map(() => '–'), '–', '–', '–', '–', '–', '–'];
    const of = (pick: (score: ClipScore) => number): string => percent(mean(known.map(({ score }) => pick(score))));
    const off = known.map(({ score }) => Math.abs(score.strict.hypothesisSpeakers - score.strict.referenceSpeakers));
    return [
      name,
      String(known.length),
      ...sets.map((set) => {
        const some = known.filter(({ clip }) => clip.set === set);
        return some.length > 0 ? percent(mean(some.map(({ score }) => score.strict.der))) : '–';
      }),
      of((score) => score.strict.der),
      of((score) => score.fair.der),
      of((score) => score.forgiving.der),
      of((score) => score.strict.jer),
      `${off.filter((value) => value === 0).length} of ${known.length}`,
      mean(off).toFixed(2),
    ];
  });
  const clipRows = clips.map((clip) => [
    `${clip.set}/${clip.id}`,
    String(new Set(clip.turns.map((turn) => turn.speaker)).size),
    ...systems.map(({ scores }) => {
      const score = scores.get(clip);
      return score ? `${percent(score.strict.der)} (${score.strict.hypothesisSpeakers})` : '–';
    }),
  ]);
  return `${table(head, rows)}\n\n${table(['clip', 'speakers', ...systems.map(({ name }) => name)], clipRows)}\n`;
}

/** As prettier writes it: columns padded to their widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, k) => Math.max(3, cell.length, ...rows.map((row) => row[k]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, k) => cell.padEnd(widths[k]!)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** `document` with what stands between the markers `<!-- name -->` and `<!-- /name -->` replaced. */
export function replaceBlock(document: string, name: string, text: string): string {
  const open = `<!-- ${name} -->`;
  const close = `<!-- /${name} -->`;
  const from = document.indexOf(open);
  const to = document.indexOf(close);
  if (from < 0 || to < from) throw new Error(`The document has no block ${open} … ${close}.`);
  return `${document.slice(0, from + open.length)}\n\n${text.trim()}\n\n${document.slice(to)}`;
}
