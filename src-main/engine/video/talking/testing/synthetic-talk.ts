import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seededRandom } from '../../../audio/testing/synthetic-pcm.ts';
import { LIP, LIP_VALUES } from '../../lips/lip-file.ts';
import { TRACK_ROW_VALUES } from '../../tracking/track-file.ts';
import { jointIndexFile } from '../joint-consumer.ts';
import { mssgIndexFile } from '../mssg-consumer.ts';
import { jointNets } from '../speaker-nets.ts';
import { FRAME_RATE_HZ, FRAME_SAMPLES } from '../speech-level.ts';

/** How far a mouth that speaks is open, 0..1, frame by frame: syllables of uneven length. */
export function talkingMouth(frameCount: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  const out = new Float64Array(frameCount);
  for (let at = 0; at < frameCount;) {
    const length = 4 + Math.floor(3 * (1 + random()));
    const height = 0.6 + 0.4 * random();
    for (let k = 0; k < length && at + k < frameCount; k++)
      out[at + k] = height * Math.sin((Math.PI * k) / length) ** 2;
    at += length + Math.floor(1.5 * (1 + random()));
  }
  return out;
}

/** Noise as loud as a mouth is open: int16, 16 kHz; `delayFrames` later than the mouth. */
export function soundOfMouth(mouth: ArrayLike<number>, delayFrames: number, seed: number): Int16Array {
  const random = seededRandom(seed);
  return Int16Array.from({ length: mouth.length * FRAME_SAMPLES }, (_, n) => {
    const at = n / FRAME_SAMPLES - delayFrames - 0.5;
    const low = Math.floor(at);
    const open = (mouth[low] ?? 0) * (1 - at + low) + (mouth[low + 1] ?? 0) * (at - low);
    return Math.round(8000 * (open + 0.002) * random());
  });
}

export interface SyntheticFace {
  /** 0..1, from frame 0 on; NaN where the mouth is not seen. */
  readonly mouth: ArrayLike<number>;
}

/** `lips.f32` of faces that are there all the time, one after another. */
export function lipRows(faces: readonly SyntheticFace[], tremble = 0.003, seed = 9): Float32Array {
  const random = seededRandom(seed);
  const frames = faces[0]?.mouth.length ?? 0;
  const rows = new Float32Array(faces.length * frames * LIP_VALUES);
  faces.forEach(({ mouth }, face) => {
    for (let k = 0; k < frames; k++) {
      const at = (face * frames + k) * LIP_VALUES;
      rows[at + LIP.aperture] = 0.3 * mouth[k]! + tremble * (1 + random());
      rows[at + LIP.outerOpening] = 0.35 + 0.35 * mouth[k]! + tremble * random();
      rows[at + LIP.meshProbability] = 1;
    }
  });
  return rows;
}

/** A folder as `runRecipe` reads it, as if all nodes before `talking` and `av-sync` had run. */
export async function writeTalk(faces: readonly SyntheticFace[], sound: Int16Array): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'diarist-talk-'));
  const frames = faces[0]?.mouth.length ?? 0;
  const put = async (file: string, content: string | Float32Array | Int16Array): Promise<void> => {
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
    const bytes =
      typeof content === 'string' ? content : new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
    await writeFile(path.join(dir, file), bytes);
  };
  const durationSec = sound.length / 16_000;
  await put('pcm/pcm.s16', sound);
  await put('pcm/decoded.json', JSON.stringify({ startSec: 0 }));
  await put('vad/vad.f32', new Float32Array(Math.ceil(sound.length / 512)).fill(0.95));
  await put('speech/speech.json', JSON.stringify({ durationSec, regions: [{ startSec: 0, endSec: durationSec }] }));
  await put(
    'face-tracks/tracks.json',
    JSON.stringify({
      frameRateHz: FRAME_RATE_HZ,
      tracks: faces.map((_, id) => ({
        ...{ id, shot: 0, firstFrame: 0, frameCount: frames, firstRow: id * frames, foundFrames: frames },
        ...{ meanScore: 0.9, person: null },
      })),
    }),
  );
  await put('face-tracks/tracks.f32', new Float32Array(faces.length * frames * TRACK_ROW_VALUES));
  const shots = [{ firstFrame: 0, endFrame: frames }];
  await put('shots/shots.json', JSON.stringify({ frameRateHz: FRAME_RATE_HZ, shots }));
  await put('face-views/lips.f32', lipRows(faces));
  await put('face-views/visual.json', JSON.stringify({ net: null, dims: 0, measuredRows: 0 }));
  await put('face-views/syncnet.json', JSON.stringify({ net: null, metric: null }));
  for (const net of jointNets) await put(`face-views/${jointIndexFile(net)}`, '{"used":false}');
  await put(`face-views/${mssgIndexFile}`, '{"used":false,"encoders":[]}');
  return dir;
}
