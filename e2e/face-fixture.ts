import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A face of a fixture: where it is in each of its frames, and how probably it talks there. */
export interface FixtureFace {
  firstFrame: number;
  /** x1, y1, x2, y2 of each frame, shares of the picture. */
  boxes: readonly (readonly [number, number, number, number])[];
  /** 0..1 per frame; absent = nobody measured. */
  talking?: readonly number[];
  /** Label of the answer that this face belongs to. */
  speaker: string | null;
}

export interface FaceFixture {
  faces: readonly FixtureFace[];
  /** First frames of the shots after the first. */
  cuts?: readonly number[];
  frameCount: number;
  segments: readonly {
    startSec: number;
    endSec: number;
    speaker: string;
    source: 'face' | 'voice' | 'both';
    faceProbability: number | null;
    voiceMargin: number | null;
  }[];
  /** The sound comes so much later than the picture. */
  offsetSec?: number;
}

/**
 * Puts what a system that looks at the picture would leave into an app's cache, in the formats of the stages: for tests
 * of what is shown, apart from what is found. The file must have been read already; reload the page afterwards.
 */
export function plantFaces(dir: string, fixture: FaceFixture): void {
  const indexFolder = path.join(dir, 'cache', 'artifact-index');
  const [name] = existsSync(indexFolder) ? readdirSync(indexFolder) : [];
  if (!name) throw new Error('The app has not read a file yet.');
  const folder = path.join(dir, 'cache', 'planted');
  mkdirSync(folder, { recursive: true });
  const key = createHash('sha256').update(JSON.stringify(fixture)).digest('hex');
  const index = JSON.parse(readFileSync(path.join(indexFolder, name), 'utf8')) as Record<string, unknown>;
  const put = (artifact: string, file: string, content: Uint8Array | string): void => {
    const where = path.join(folder, file);
    writeFileSync(where, content);
    index[artifact] = { name: artifact, key, path: where, sizeBytes: content.length };
  };
  let firstRow = 0;
  const tracks = fixture.faces.map(({ firstFrame, boxes }, id) => {
    const track = { id, shot: 0, firstFrame, frameCount: boxes.length, firstRow, foundFrames: 1, meanScore: 1 };
    firstRow += boxes.length;
    return track;
  });
  const rows = new Float32Array(15 * firstRow);
  fixture.faces.forEach(({ boxes }, id) =>
    boxes.forEach((box, i) => rows.set([...box, 1], 15 * (tracks[id]!.firstRow + i))),
  );
  const starts = [0, ...(fixture.cuts ?? [])];
  const shots = starts.map((start, i) => ({ firstFrame: start, endFrame: starts[i + 1] ?? fixture.frameCount }));
  put('faceTracks', 'tracks.f32', new Uint8Array(rows.buffer));
  put('faceTrackIndex', 'tracks.json', JSON.stringify({ frameRateHz: 25, tracks }));
  put('shots', 'shots.json', JSON.stringify({ frameRateHz: 25, shots }));
  if (fixture.faces.every(({ talking }) => talking)) {
    const talking = Float32Array.from(fixture.faces.flatMap((face) => [...face.talking!]));
    put('talking', 'talking.f32', new Uint8Array(talking.buffer));
  }
  put(
    'avEvidence',
    'av.json',
    JSON.stringify({
      tracks: fixture.faces.map(({ speaker }, id) => ({ id, identity: null, speaker })),
      speakers: [],
      segments: fixture.segments.map((segment) => ({ ...segment, trackId: null })),
    }),
  );
  if (fixture.offsetSec !== undefined) {
    put(
      'avSync',
      'sync.json',
      JSON.stringify({ offsetSec: fixture.offsetSec, confidence: 3, shots: [], method: 'fixture' }),
    );
  }
  writeFileSync(path.join(indexFolder, name), JSON.stringify(index));
}
