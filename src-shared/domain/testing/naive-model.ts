import type { AdoptedHypothesis } from '../apply-op.ts';
import type { RecordMap } from '../diff.ts';
import type { EditOp } from '../edit-op.ts';
import type { Segment, Speaker } from '../records.ts';
import { endOfTimeMs } from './random-ops.ts';

/** Who speaks in each millisecond: what an annotation says, apart from how it is cut into segments. */
export type Speech = Map<string, Uint8Array>;

const silence = () => new Uint8Array(endOfTimeMs);
const toMs = (sec: number) => Math.round(sec * 1000);
const fill = (ticks: Uint8Array, { startSec, endSec }: { startSec: number; endSec: number }, value: 0 | 1) =>
  ticks.fill(value, toMs(startSec), toMs(endSec));

/** By speaker id. */
export function speechOf(records: RecordMap): Speech {
  const speech: Speech = new Map();
  for (const record of records.values()) if (record.kind === 'speaker') speech.set(record.id, silence());
  for (const record of records.values()) if (record.kind === 'segment') fill(speech.get(record.speakerId)!, record, 1);
  return speech;
}

/** What the op means, said as plainly as possible: who speaks when after it. null = not modelled by speaker id (adopt). */
export function speechAfter(before: RecordMap, op: EditOp): Speech | null {
  const speech = speechOf(before);
  const segment = (id: string) => before.get(id) as Segment;
  const all = (ids: readonly string[]) => [...new Set(ids)].map(segment);
  const spoken = (id: string) => speech.get(id)!;
  switch (op.op) {
    case 'segment.add':
      fill(spoken(op.speakerId), op, 1);
      return speech;
    case 'segment.setTimes': {
      const old = segment(op.segmentId);
      fill(spoken(old.speakerId), old, 0);
      fill(spoken(old.speakerId), op, 1);
      return speech;
    }
    case 'segment.assign':
      for (const old of all(op.segmentIds)) fill(spoken(old.speakerId), old, 0);
      for (const old of all(op.segmentIds)) fill(spoken(op.speakerId), old, 1);
      return speech;
    case 'segment.addOverlap':
      for (const old of all(op.segmentIds)) fill(spoken(op.speakerId), old, 1);
      return speech;
    case 'segment.split':
    case 'segment.review':
      return speech;
    case 'segment.merge': {
      const parts = all(op.segmentIds);
      const startSec = Math.min(...parts.map((part) => part.startSec));
      const endSec = Math.max(...parts.map((part) => part.endSec));
      fill(spoken(parts[0]!.speakerId), { startSec, endSec }, 1);
      return speech;
    }
    case 'segment.delete':
      for (const old of all(op.segmentIds)) fill(spoken(old.speakerId), old, 0);
      return speech;
    case 'speaker.add':
    case 'speaker.rename':
    case 'track.assign':
    case 'track.split':
    case 'track.merge':
    case 'track.delete':
    case 'cut.add':
    case 'cut.move':
    case 'cut.delete':
    case 'sync.correct':
      return speech;
    case 'speaker.merge':
      for (const id of new Set(op.fromIds)) {
        if (id === op.intoId) continue;
        const into = spoken(op.intoId);
        for (const [tick, value] of spoken(id).entries()) if (value) into[tick] = 1;
        speech.delete(id);
      }
      return speech;
    case 'speaker.delete':
      speech.delete(op.speakerId);
      return speech;
    case 'hypothesis.adopt':
      return null;
  }
}

/** The speech of a hypothesis without names, to compare with that of a document. */
export function speechOfHypothesis({ segments }: AdoptedHypothesis): string[] {
  const speech: Speech = new Map();
  for (const turn of segments) {
    if (!speech.has(turn.speaker)) speech.set(turn.speaker, silence());
    fill(speech.get(turn.speaker)!, turn, 1);
  }
  return anonymous(speech);
}

/** `120-340 600-610`: the milliseconds of speech. */
function spans(ticks: Uint8Array): string {
  const found: string[] = [];
  for (let start = ticks.indexOf(1); start >= 0;) {
    const silent = ticks.indexOf(0, start);
    const end = silent < 0 ? ticks.length : silent;
    found.push(`${start}-${end}`);
    start = ticks.indexOf(1, end);
  }
  return found.join(' ');
}

const isSpoken = (ticks: Uint8Array) => ticks.includes(1);

/** One line per speaker who says something, in a fixed order. */
export const anonymous = (speech: Speech): string[] => [...speech.values()].filter(isSpoken).map(spans).sort();

/** By speaker id, without those who say nothing. */
export const named = (speech: Speech): Map<string, string> =>
  new Map(
    [...speech]
      .filter(([, ticks]) => isSpoken(ticks))
      .map(([id, ticks]): [string, string] => [id, spans(ticks)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

export const speakersOf = (records: RecordMap): Speaker[] =>
  [...records.values()].filter((record) => record.kind === 'speaker');
