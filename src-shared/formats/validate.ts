import { groupBy } from './group-by.ts';
import { outside, unionOf } from './spans.ts';
import { compareTurns, type LabelSet, type Turn } from './turn.ts';

/** Something in a label file that a person should look at. What cannot be read at all is an error of the parser. */
export interface Finding {
  kind: 'same-speaker-overlap' | 'duplicate' | 'too-short' | 'beyond-end' | 'outside-regions' | 'similar-names';
  fileId: string;
  /** Where; null when it concerns the whole file. */
  startSec: number | null;
  endSec: number | null;
  /** One sentence. */
  text: string;
}

export interface ValidateOptions {
  /** Length of the recordings by file id, seconds, where known. */
  durationSec?: ReadonlyMap<string, number>;
  /** Turns shorter than this are reported; 0 reports none. */
  minTurnSec?: number;
}

/** Findings by file and time. */
export function validateLabels(labels: LabelSet, options: ValidateOptions = {}): Finding[] {
  const regions = groupBy(labels.regions, (region) => region.fileId);
  return [...groupBy(labels.turns, (turn) => turn.fileId)].flatMap(([fileId, turns]) => {
    const sorted = [...turns].sort(compareTurns);
    const scored = regions.get(fileId)?.map((region) => ({ start: region.startSec, end: region.endSec }));
    return [
      ...similarNames(fileId, sorted),
      ...sameSpeaker(sorted),
      ...lengths(sorted, options.minTurnSec ?? 0),
      ...beyond(sorted, options.durationSec?.get(fileId)),
      ...(scored ? outsideRegions(sorted, unionOf(scored)) : []),
    ];
  });
}

const at = (turn: Turn): string => `${turn.speaker} at ${turn.startSec.toFixed(3)} s`;

function finding(kind: Finding['kind'], turn: Turn, text: string): Finding {
  return { kind, fileId: turn.fileId, startSec: turn.startSec, endSec: turn.endSec, text };
}

function sameSpeaker(turns: readonly Turn[]): Finding[] {
  const findings: Finding[] = [];
  for (const own of groupBy(turns, (turn) => `${turn.channel} ${turn.speaker}`).values()) {
    let last: Turn | null = null;
    for (const turn of own) {
      if (last && turn.startSec === last.startSec && turn.endSec === last.endSec) {
        findings.push(finding('duplicate', turn, `${at(turn)} is there twice.`));
      } else if (last && turn.startSec < last.endSec) {
        const overlap = Math.min(turn.endSec, last.endSec) - turn.startSec;
        findings.push(
          finding(
            'same-speaker-overlap',
            turn,
            `${at(turn)} overlaps an earlier turn of the same speaker by ${overlap.toFixed(3)} s.`,
          ),
        );
      }
      if (!last || turn.endSec > last.endSec) last = turn;
    }
  }
  return findings;
}

function lengths(turns: readonly Turn[], minTurnSec: number): Finding[] {
  return turns
    .filter((turn) => turn.endSec - turn.startSec < minTurnSec - 1e-9)
    .map((turn) => finding('too-short', turn, `${at(turn)} lasts only ${(turn.endSec - turn.startSec).toFixed(3)} s.`));
}

function beyond(turns: readonly Turn[], durationSec: number | undefined): Finding[] {
  if (durationSec === undefined) return [];
  return turns
    .filter((turn) => turn.endSec > durationSec + 1e-3)
    .map((turn) =>
      finding('beyond-end', turn, `${at(turn)} ends ${(turn.endSec - durationSec).toFixed(3)} s after the recording.`),
    );
}

function outsideRegions(turns: readonly Turn[], regions: { start: number; end: number }[]): Finding[] {
  return turns
    .filter((turn) => {
      const rest = outside({ start: turn.startSec, end: turn.endSec }, regions);
      return rest.length === 1 && rest[0]!.start === turn.startSec && rest[0]!.end === turn.endSec;
    })
    .map((turn) => finding('outside-regions', turn, `${at(turn)} lies outside of the scored regions.`));
}

/** `Anna` and `anna `: most likely one person. */
function similarNames(fileId: string, turns: readonly Turn[]): Finding[] {
  const names = [...new Set(turns.map((turn) => turn.speaker))];
  const alike = groupBy(names, (name) =>
    name
      .normalize('NFKC')
      .toLowerCase()
      .replace(/[\s_-]+/gu, ''),
  );
  return [...alike.values()]
    .filter((group) => group.length > 1)
    .map((group) => ({
      kind: 'similar-names',
      fileId,
      startSec: null,
      endSec: null,
      text: `These names may be one person: ${group.join(', ')}.`,
    }));
}
