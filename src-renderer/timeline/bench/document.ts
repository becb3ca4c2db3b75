import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { DocRecord, Segment } from '#shared/domain/records.ts';

/** A document of the size the timeline must carry: made up, but with the mixture of a long panel. Same for every run. */
export interface BenchDocument {
  readonly durationSec: number;
  readonly records: DocRecord[];
  readonly hypotheses: { label: string; segments: HypothesisSegment[] }[];
}

const names = [
  'Anna',
  'Ben',
  'Cleo',
  'Dr. Ito',
  'Narrator',
  'مريم الشامي',
  '王小明',
  'A speaker with a very long name',
];

/** Park and Miller's minimal generator: the same numbers everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

export function benchDocument(segmentCount = 20_000, durationSec = 14_400): BenchDocument {
  const next = random(7);
  const records: DocRecord[] = names.map((name, order) => ({
    kind: 'speaker',
    id: `s${order}`,
    name,
    colour: order === 7 ? 13 : order,
    order,
    origin: 'machine',
  }));
  const segments: Segment[] = [];
  const meanSec = durationSec / segmentCount;
  let atSec = 0;
  let speaker = 0;
  const untilSec: number[] = [];
  for (let i = 0; i < 2 * segmentCount; i++) {
    if (next() < 0.6) speaker = Math.floor(next() * next() * names.length);
    const lengthSec = meanSec * (0.2 + 1.4 * next());
    const overlaps = next() < 0.12;
    const who = overlaps ? (speaker + 1) % names.length : speaker;
    // Nobody overlaps with themselves.
    const startSec = Math.max(overlaps ? atSec - lengthSec / 2 : atSec, (untilSec[who] ?? 0) + 0.03);
    untilSec[who] = startSec + lengthSec;
    const confidence = 1 - next() * next();
    const draw = next();
    segments.push({
      kind: 'segment',
      id: `g${i}`,
      speakerId: `s${who}`,
      startSec: round(startSec),
      endSec: round(Math.min(durationSec, startSec + lengthSec)),
      confidence,
      review: draw < 0.25 ? 'accepted' : draw < 0.28 ? 'doubtful' : 'unreviewed',
      origin: draw > 0.95 ? 'human' : 'machine',
      hypothesisId: null,
    });
    if (!overlaps) atSec += meanSec * 1.1 * (0.3 + 1.4 * next());
    if (atSec > durationSec - 4 * meanSec) break;
  }
  for (let i = 0; i < durationSec / 9; i++) {
    records.push({ kind: 'cut', id: `c${i}`, timeSec: round(next() * durationSec), origin: 'machine' });
  }
  const hypotheses = ['Diarist audio', '3D-Speaker', 'talk.rttm'].map((label, which) => ({
    label,
    segments: segments
      .filter(() => next() > 0.04 * which)
      .map((segment) => ({
        startSec: round(Math.max(0, segment.startSec + (next() - 0.5) * 0.2 * which)),
        endSec: round(segment.endSec + (next() - 0.4) * 0.2 * which + 0.05),
        speaker: `${label} ${next() < 0.03 * which ? 's0' : segment.speakerId}`,
        confidence: null,
      })),
  }));
  return { durationSec, records: [...records, ...segments], hypotheses };
}

const round = (sec: number): number => Math.round(sec * 1000) / 1000;
