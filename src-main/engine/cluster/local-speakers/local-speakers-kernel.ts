import { readFileSync } from 'node:fs';
import { reconstruct, speakerCount } from '../../audio/segmentation/aggregate.ts';
import { CHUNK_FRAMES, FRAME_STEP_SEC, frameMiddleSec, LOCAL_SPEAKERS } from '../../audio/segmentation/chunk-grid.ts';
import { localItems } from '../../audio/segmentation/local-items.ts';
import type { Kernel } from '../../kernel.ts';
import type { LabelledSpan } from '../labelled-spans.ts';
import { rowSize, vectors } from '../vectors.ts';
import { community1Clusters, pyannote31Clusters } from './pyannote-clusters.ts';
import type { Bounds, LocalVoices } from './pyannote-clusters.ts';

export interface LocalSpeakersInput {
  /** `local.u8` of the segmentation. */
  localPath: string;
  /** From the start of a window to that of the next. */
  hopSamples: number;
  /** Voice of each local speaker who says anything. */
  embeddings: Float32Array;
  method: 'pyannote-3.1' | 'community-1';
  speakers: Bounds;
  /** One speaker at a time. */
  exclusive: boolean;
  durationSec: number;
}

/** From the speakers of windows to those of the recording, as pyannote does. */
export const localSpeakers: Kernel<LocalSpeakersInput, { spans: LabelledSpan[]; count: number }> = async (
  context,
  input,
) => {
  const pause = (): void => context.checkCancelled();
  const local = new Uint8Array(readFileSync(input.localPath));
  const items = localItems(local);
  if (items.length === 0) return { output: { spans: [], count: 0 } };
  const voices: LocalVoices = {
    rows: vectors(input.embeddings, rowSize(input.embeddings, items.length)),
    chunk: items.map((item) => item.chunk),
    solid: items.map((item) => item.solid),
  };
  const cluster = input.method === 'pyannote-3.1' ? pyannote31Clusters : community1Clusters;
  const { labels, count } = cluster(voices, input.speakers, pause);
  const given = new Int32Array((local.length / CHUNK_FRAMES) * LOCAL_SPEAKERS).fill(-2);
  items.forEach(({ chunk, speaker }, k) => (given[chunk * LOCAL_SPEAKERS + speaker] = labels[k]!));
  pause();
  const atOnce = speakerCount(local, input.exclusive ? 1 : input.speakers.max, input.hopSamples);
  const { active, sums } = reconstruct(local, given, count, atOnce, input.hopSamples);
  const spans = spansOf(active, sums, count, input.durationSec);
  return { output: { spans, count: new Set(spans.map((span) => span.label)).size } };
};

/**
 * Stretches in which a speaker is active, from the middle of the first frame to that of the first one after. Confidence:
 * the mean share of the windows' votes in the frame that are for this speaker.
 */
export function spansOf(active: Uint8Array, sums: Float32Array, speakers: number, durationSec: number): LabelledSpan[] {
  const frames = speakers === 0 ? 0 : active.length / speakers;
  const spans: LabelledSpan[] = [];
  for (let label = 0; label < speakers; label++) {
    let start = -1;
    let trust = 0;
    for (let t = 0; t <= frames; t++) {
      if (t < frames && active[t * speakers + label]) {
        if (start < 0) [start, trust] = [t, 0];
        trust += shareOf(t, label);
        continue;
      }
      if (start < 0) continue;
      const startSec = frameMiddleSec(start);
      const endSec = Math.min(durationSec, t < frames ? frameMiddleSec(t) : frameMiddleSec(t - 1) + FRAME_STEP_SEC);
      if (endSec > startSec) spans.push({ startSec, endSec, label, confidence: Math.min(1, trust / (t - start)) });
      start = -1;
    }
  }
  return spans.sort((a, b) => a.startSec - b.startSec || a.label - b.label);

  /** Votes for this speaker against those for the strongest one who is not active. */
  function shareOf(t: number, label: number): number {
    let other = 0;
    for (let s = 0; s < speakers; s++) {
      if (!active[t * speakers + s]) other = Math.max(other, sums[t * speakers + s]!);
    }
    const own = sums[t * speakers + label]!;
    return own / Math.max(1e-9, own + other);
  }
}
