import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LIP, LIP_VALUES } from '#engine/video/lips/lip-file.ts';
import { trackIndexSchema } from '#engine/video/tracking/track-file.ts';
import { runViews } from '#engine/video/views/testing/view-job.ts';
import { WorkerPool } from '#engine/worker-pool.ts';

/** One person who says one sentence, as the product sees and hears it. */
export interface TalkClip {
  readonly person: string;
  /** By frame of 1/25 s. */
  readonly aperture: Float32Array;
  readonly outerOpening: Float32Array;
  /** 16 kHz, −1..1; a frame is 640 samples. */
  readonly sound: Float32Array;
  /** First frame of the sentence and one past its last. */
  readonly from: number;
  readonly to: number;
}

/** Frames of 1/25 s in a step of 512 samples. */
const FRAMES_PER_VAD_STEP = (512 / 16_000) * 25;

/** Clips of GRID below ../shared/data/video: four people; the man of grid_s1 is that of bbaf2n. */
const clips = [
  ...['bbas1s', 'bbbf6n', 'bbbs4n', 'bbif1a', 'bbir8p', 'bbwg3a', 'bbwt1a'].map((name) => ({
    file: `grid_s1/${name}.mpg`,
    person: 's1',
  })),
  { file: 'grid_10speakers/GRID/bbaf2n.mpg', person: 's1' },
  ...['lbax4n', 'lbbc2a', 'lwbsza'].map((name) => ({ file: `grid_10speakers/GRID/${name}.mpg`, person: name })),
];

export const hasTalkClips = (videoDir: string): boolean =>
  clips.every(({ file }) => existsSync(path.join(videoDir, file)));

/** Reads all clips with the product's own second pass. @param cacheDir its cache */
export async function readTalkClips(videoDir: string, cacheDir: string): Promise<TalkClip[]> {
  const pool = new WorkerPool({ workers: 2, intraOpThreads: 1, provider: 'cpu' });
  const out: TalkClip[] = [];
  try {
    for (const { file, person } of clips) {
      // Everything is looked at, also before and after the sentence.
      const job = await runViews(path.join(videoDir, file), {
        ...{ pool, cacheDir },
        params: { 'face-views.marginSec': 5 },
      });
      const { tracks } = trackIndexSchema.parse(await job.json('faceTrackIndex'));
      const track = tracks[0]!;
      const lips = await job.float32('lips');
      const column = (value: number): Float32Array =>
        Float32Array.from(
          { length: track.frameCount },
          (_, frame) => lips[(track.firstRow + frame) * LIP_VALUES + value]!,
        );
      const artifact = (name: string): string => job.result.artifacts.find((one) => one.name === name)!.path;
      const bytes = await readFile(artifact('pcm'));
      const pcm = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
      const vad = await job.float32('vad');
      out.push({
        person,
        aperture: column(LIP.aperture),
        outerOpening: column(LIP.outerOpening),
        sound: Float32Array.from(pcm, (value) => value / 32_768),
        from: Math.floor(vad.findIndex((value) => value > 0.5) * FRAMES_PER_VAD_STEP),
        to: Math.min(
          track.frameCount,
          Math.ceil((vad.findLastIndex((value) => value > 0.5) + 1) * FRAMES_PER_VAD_STEP),
        ),
      });
    }
  } finally {
    await pool.close();
  }
  return out;
}
