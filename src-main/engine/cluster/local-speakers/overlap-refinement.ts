import { assignAtLeastCost } from '#shared/math/hungarian.ts';
import { reconstruct, speakerCount } from '../../audio/segmentation/aggregate.ts';
import {
  CHUNK_FRAMES,
  firstFrameOf,
  frameCountOf,
  frameMiddleSec,
  LOCAL_SPEAKERS,
} from '../../audio/segmentation/chunk-grid.ts';

/** A labelled window; windows of one region part at the middle of what they share. */
export interface RefinedWindow {
  startSec: number;
  endSec: number;
  region: number;
  label: number;
}

/** Label of each frame by the windows around it; −1 outside of them. */
export function frameLabels(windows: readonly RefinedWindow[], frames: number): Int32Array {
  const out = new Int32Array(frames).fill(-1);
  const stepSec = frameMiddleSec(1) - frameMiddleSec(0);
  const frameAt = (sec: number): number => Math.max(0, Math.ceil((sec - frameMiddleSec(0)) / stepSec));
  windows.forEach((window, i) => {
    const before = windows[i - 1];
    const after = windows[i + 1];
    const from = before?.region === window.region ? (window.startSec + before.endSec) / 2 : window.startSec;
    const to = after?.region === window.region ? (after.startSec + window.endSec) / 2 : window.endSec;
    out.fill(window.label, Math.min(frames, frameAt(from)), Math.min(frames, frameAt(to)));
  });
  return out;
}

/**
 * 3D-Speaker's overlap refinement (https://github.com/modelscope/3D-Speaker, infer_diarization): the local speakers of each
 * 10 s window are matched to the speakers they share most frames with, one to one; activations are summed and of each frame
 * as many speakers kept as speak at once; frames that end up empty keep the speaker of their window.
 * @param local sets of bits, windows × 589
 * @param labels of the frames of the recording, from `frameLabels`
 */
export function refineOverlap(
  local: Uint8Array,
  labels: Int32Array,
  speakers: number,
  hopSamples: number,
): { active: Uint8Array; sums: Float32Array } {
  const chunks = local.length / CHUNK_FRAMES;
  const frames = frameCountOf(chunks, hopSamples);
  const given = new Int32Array(chunks * LOCAL_SPEAKERS).fill(-2);
  for (let c = 0; c < chunks; c++) {
    const shared = Array.from({ length: LOCAL_SPEAKERS }, () => new Float64Array(speakers));
    const first = firstFrameOf(c, hopSamples);
    for (let f = 0; f < CHUNK_FRAMES; f++) {
      const label = labels[first + f] ?? -1;
      const set = local[c * CHUNK_FRAMES + f]!;
      if (label < 0 || set === 0) continue;
      for (let s = 0; s < LOCAL_SPEAKERS; s++) if ((set >> s) & 1) shared[s]![label]! -= 1;
    }
    if (speakers === 0) continue;
    assignAtLeastCost(shared).forEach((label, s) => {
      if (label >= 0 && shared[s]![label]! < 0) given[c * LOCAL_SPEAKERS + s] = label;
    });
  }
  const result = reconstruct(local, given, speakers, speakerCount(local, Infinity, hopSamples), hopSamples);
  for (let t = 0; t < frames; t++) {
    const label = labels[t] ?? -1;
    const row = result.active.subarray(t * speakers, (t + 1) * speakers);
    if (label >= 0 && !row.includes(1)) row[label] = 1;
  }
  return result;
}
