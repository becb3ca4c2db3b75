import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { LIP, LIP_VALUES } from '#engine/video/lips/lip-file.ts';
import { syncNetIndexFile } from '#engine/video/sync/syncnet-file.ts';
import { jointIndexFile } from '#engine/video/talking/joint-consumer.ts';
import { mssgIndexFile } from '#engine/video/talking/mssg-consumer.ts';
import { jointNets } from '#engine/video/talking/speaker-nets.ts';
import { visualIndexFile } from '#engine/video/talking/visual-file.ts';
import { TRACK_ROW_VALUES } from '#engine/video/tracking/track-file.ts';
import type { ComposedTalk } from './compose.ts';

/** A folder as `runRecipe` reads it, as if all nodes before `vad` and the second pass had run; the sound moved by frames. */
export async function writeComposed(dir: string, composed: ComposedTalk, shiftFrames: number): Promise<void> {
  const { faces, frameCount, sound } = composed;
  const put = async (file: string, content: unknown): Promise<void> => {
    await mkdir(path.dirname(path.join(dir, file)), { recursive: true });
    const bytes = ArrayBuffer.isView(content)
      ? new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
      : JSON.stringify(content);
    await writeFile(path.join(dir, file), bytes);
  };
  const moved = sound.map((_, n) => sound[n - shiftFrames * 640] ?? 0);
  const lips = new Float32Array(faces.length * frameCount * LIP_VALUES);
  faces.forEach(({ aperture, outerOpening }, face) => {
    for (let k = 0; k < frameCount; k++) {
      const at = (face * frameCount + k) * LIP_VALUES;
      lips[at + LIP.aperture] = aperture[k]!;
      lips[at + LIP.outerOpening] = outerOpening[k]!;
      lips[at + LIP.meshProbability] = 1;
    }
  });
  await put('pcm/pcm.s16', moved);
  await put('pcm/decoded.json', { startSec: 0 });
  await put('shots/shots.json', { frameRateHz: 25, shots: [{ firstFrame: 0, endFrame: frameCount }] });
  await put('face-tracks/tracks.f32', new Float32Array(faces.length * frameCount * TRACK_ROW_VALUES));
  await put('face-tracks/tracks.json', {
    frameRateHz: 25,
    tracks: faces.map((_, id) => ({
      ...{ id, shot: 0, firstFrame: 0, frameCount, firstRow: id * frameCount, foundFrames: frameCount },
      ...{ meanScore: 1, person: null },
    })),
  });
  await put('face-views/lips.f32', lips);
  await put(`face-views/${visualIndexFile}`, { net: null, dims: 0, measuredRows: 0 });
  await put(`face-views/${syncNetIndexFile}`, { net: null, metric: null });
  for (const net of jointNets) await put(`face-views/${jointIndexFile(net)}`, { used: false });
  await put(`face-views/${mssgIndexFile}`, { used: false, encoders: [] });
}
