import { open } from 'node:fs/promises';
import type { StageContext } from '../../stage.ts';
import { orderedPieces } from '../../audio/ordered-pieces.ts';
import type { FacesAndSound } from './talk-input.ts';
import { partId, speakerNets, VISUAL_DIMS, type SpeakerNet } from './speaker-nets.ts';
import { sampleAt } from './cepstra-input.ts';
import { visualFile, visualIndexFile, visualIndexSchema } from './visual-file.ts';

/** Longer stretches of a face are listened to in parts, frames: 2 min. */
const LONGEST_RUN_FRAMES = 3000;

/** Consecutive rows of a track that the visual part saw. */
interface SeenRun {
  readonly firstRow: number;
  readonly firstFrame: number;
  readonly count: number;
}

/** The net whose visual part looked at the faces, if its other parts are installed too. */
export async function seenNet(context: StageContext<unknown>): Promise<SpeakerNet | null> {
  const views = context.input('face-views');
  const { net: id } = await views.readJson(visualIndexFile, visualIndexSchema);
  const net = speakerNets.find((candidate) => candidate.id === id);
  if (!net) return null;
  const missing = (['audio', 'backend'] as const).filter((part) => !context.hasModel(partId(net, part)));
  if (missing.length === 0) return net;
  context.warn(`The active-speaker net ${net.id} was not used: ${missing.join(' and ')} part not installed.`);
  return null;
}

/**
 * Log odds of the net for each row of `tracks.f32`, NaN where it did not look.
 * @param offsetFrames the sound comes so many frames later than the picture
 */
export async function netScores(
  context: StageContext<unknown>,
  net: SpeakerNet,
  faces: FacesAndSound,
  offsetFrames: number,
): Promise<Float32Array> {
  const path = context.input('face-views').path(visualFile);
  const pcmPath = context.input('pcm').path('pcm.s16');
  const rowCount = faces.tracks.reduce((most, track) => Math.max(most, track.firstRow + track.frameCount), 0);
  const scores = new Float32Array(rowCount).fill(NaN);
  const audioPath = context.model(partId(net, 'audio')).path;
  const backendPath = context.model(partId(net, 'backend')).path;
  const handle = await open(path, 'r');
  try {
    const read = async (row: number, count: number): Promise<Float32Array<ArrayBuffer>> => {
      const values = new Float32Array(count * VISUAL_DIMS);
      const bytes = new Uint8Array(values.buffer);
      await handle.read(bytes, 0, bytes.length, row * VISUAL_DIMS * 4);
      return values;
    };
    await orderedPieces(
      faces.tracks.length,
      context.workerCount + 1,
      (at) =>
        context.shard(`net-${at}`, async () => {
          const { firstRow, firstFrame, frameCount } = faces.tracks[at]!;
          const out = new Float32Array(frameCount).fill(NaN);
          for (const run of await seenRuns(read, firstRow, firstFrame, frameCount)) {
            const visual = await read(run.firstRow, run.count);
            const firstSample = sampleAt(run.firstFrame + offsetFrames, faces.startSec);
            out.set(
              await context.kernel('speaker-net', { audioPath, backendPath, pcmPath, firstSample, visual }, [
                visual.buffer,
              ]),
              run.firstRow - firstRow,
            );
          }
          return out;
        }),
      (values, at) => {
        scores.set(values, faces.tracks[at]!.firstRow);
        context.progress(at + 1, faces.tracks.length + 1);
      },
    );
  } finally {
    await handle.close();
  }
  return scores;
}

async function seenRuns(
  read: (row: number, count: number) => Promise<Float32Array>,
  firstRow: number,
  firstFrame: number,
  frameCount: number,
): Promise<SeenRun[]> {
  const runs: SeenRun[] = [];
  let start = -1;
  const end = (at: number): void => {
    if (start >= 0) runs.push({ firstRow: firstRow + start, firstFrame: firstFrame + start, count: at - start });
    start = -1;
  };
  for (let part = 0; part < frameCount; part += LONGEST_RUN_FRAMES) {
    const count = Math.min(LONGEST_RUN_FRAMES, frameCount - part);
    const values = await read(firstRow + part, count);
    for (let k = 0; k < count; k++) {
      if (Number.isNaN(values[k * VISUAL_DIMS]!)) end(part + k);
      else if (start < 0) start = part + k;
    }
    end(part + count);
  }
  return runs;
}
