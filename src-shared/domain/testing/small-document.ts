import { recordMap } from '../diff.ts';
import type { Segment, Speaker } from '../records.ts';

/** Builders for documents of a few records. */
export const speaker = (id: string, more: Partial<Speaker> = {}): Speaker => {
  return { kind: 'speaker', id, name: id, colour: 0, order: 0, origin: 'machine', ...more };
};

export const segment = (
  id: string,
  speakerId: string,
  startSec: number,
  endSec: number,
  more: Partial<Segment> = {},
) => {
  const record: Segment = {
    kind: 'segment',
    id,
    speakerId,
    startSec,
    endSec,
    confidence: 0.4,
    review: 'unreviewed',
    origin: 'machine',
    hypothesisId: 'h1',
    ...more,
  };
  return record;
};

/** Anna 0–2 and 5–9.2, Ben 2–5, a face of Anna, a cut. */
export const annaAndBen = () =>
  recordMap([
    speaker('anna', { name: 'Anna', colour: 0, order: 0, origin: 'human' }),
    speaker('ben', { name: 'Ben', colour: 1, order: 1 }),
    segment('a1', 'anna', 0, 2),
    segment('a2', 'anna', 5, 9.2),
    segment('b1', 'ben', 2, 5),
    {
      kind: 'track',
      id: 't1',
      startSec: 0,
      endSec: 4,
      speakerId: 'anna',
      boxesArtifact: null,
      origin: 'machine',
    },
    { kind: 'cut', id: 'c1', timeSec: 4, origin: 'machine' },
  ]);
