import type { DocRecord, Segment, Speaker } from './records.ts';

/** Something a curated layer must not hold. Edits never make one; a damaged or foreign file may. */
export interface Breach {
  kind: 'no-length' | 'unknown-speaker' | 'same-speaker-overlap' | 'duplicate-id' | 'duplicate-name';
  /** The record concerned. */
  id: string;
  /** In words. */
  text: string;
}

/** Every breach of the rules of the curated layer, in no particular order. */
export function findBreaches(records: Iterable<DocRecord>): Breach[] {
  const breaches: Breach[] = [];
  const ids = new Set<string>();
  const names = new Set<string>();
  const speakers = new Map<string, Speaker>();
  const segments: Segment[] = [];
  const all = [...records];
  for (const record of all) {
    if (ids.has(record.id))
      breaches.push({ kind: 'duplicate-id', id: record.id, text: `The id ${record.id} is used twice.` });
    ids.add(record.id);
    if (record.kind === 'segment') segments.push(record);
    if (record.kind !== 'speaker') continue;
    speakers.set(record.id, record);
    if (names.has(record.name)) {
      breaches.push({ kind: 'duplicate-name', id: record.id, text: `Two speakers are called ${record.name}.` });
    }
    names.add(record.name);
  }
  for (const record of all) {
    const speakerId = record.kind === 'segment' || record.kind === 'track' ? record.speakerId : null;
    if (speakerId !== null && !speakers.has(speakerId)) {
      breaches.push({ kind: 'unknown-speaker', id: record.id, text: `${record.id} names a speaker who is not there.` });
    }
    if (record.kind === 'track' && !(record.endSec > record.startSec)) {
      breaches.push({ kind: 'no-length', id: record.id, text: `The face ${record.id} has no length.` });
    }
  }
  breaches.push(...timeBreaches(segments));
  return breaches;
}

function timeBreaches(segments: Segment[]): Breach[] {
  const breaches: Breach[] = [];
  /** Where the speech of each speaker so far ends. */
  const endBySpeaker = new Map<string, number>();
  for (const segment of segments.toSorted((a, b) => a.startSec - b.startSec)) {
    const { id, speakerId, startSec, endSec } = segment;
    if (!(endSec > startSec)) breaches.push({ kind: 'no-length', id, text: `The segment ${id} has no length.` });
    const busyUntil = endBySpeaker.get(speakerId) ?? -1;
    if (startSec < busyUntil) {
      breaches.push({
        kind: 'same-speaker-overlap',
        id,
        text: `The segment ${id} overlaps another one of its speaker.`,
      });
    }
    endBySpeaker.set(speakerId, Math.max(busyUntil, endSec));
  }
  return breaches;
}
