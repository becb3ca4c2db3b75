import { dot, unitRows } from '../cluster/vectors.ts';
import type { Vectors } from '../cluster/vectors.ts';
import type { TalkingTrack } from './face-evidence.ts';
import type { Span } from './speech-frames.ts';

/** Published values of 3D-Speaker's audio-visual pipeline (https://github.com/modelscope/3D-Speaker). */
export const threeDSpeakerAvRules = {
  /** Every so manieth frame of 1/25 s is looked at. */
  strideFrames: 5,
  /** A window belongs to a face's voice when it overlaps the face by more than this, seconds. */
  enrolSec: 1,
  /** A face belongs to a cluster when it overlaps it by more than the smaller of these: share of the face's time, seconds. */
  shareOfFace: 0.5,
  overlapSec: 0.5,
} as const;

/** When a person was the only one seen to talk. */
export interface FaceInterval extends Span {
  identity: number;
}

/**
 * Intervals in which exactly one face talks, from every fifth frame in speech.
 * @param talking probability per row of the tracks; above 0.5 a face is active
 */
export function faceIntervals(
  tracks: readonly TalkingTrack[],
  talking: Float32Array,
  speech: readonly Span[],
): FaceInterval[] {
  const stride = threeDSpeakerAvRules.strideFrames;
  const found: FaceInterval[] = [];
  for (const { startSec, endSec } of speech) {
    const first = Math.ceil((startSec * 25) / stride) * stride;
    for (let frame = first; frame < endSec * 25; frame += stride) {
      const active = tracks.filter(
        ({ firstFrame, frameCount, firstRow }) =>
          frame >= firstFrame && frame < firstFrame + frameCount && talking[firstRow + frame - firstFrame]! > 0.5,
      );
      const identity = active.length === 1 ? active[0]!.identity : null;
      if (identity === null) continue;
      const last = found[found.length - 1];
      const [from, to] = [frame / 25, (frame + stride) / 25];
      if (last?.identity === identity && from - last.endSec < 1e-6) last.endSec = to;
      else found.push({ identity, startSec: from, endSec: to });
    }
  }
  return found;
}

const shared = (a: Span, b: Span): number =>
  Math.max(0, Math.min(a.endSec, b.endSec) - Math.max(a.startSec, b.startSec));

/**
 * The joint rule of 3D-Speaker: a voice cluster with one face is that face's; with several, each window goes to the face
 * whose voice it is most like; one without a face keeps its own label.
 * @param labels cluster of each window
 * @returns who each window is: an identity (0 and up) or −1 − cluster
 */
export function jointLabels(
  windows: readonly Span[],
  rows: Vectors,
  labels: readonly number[],
  intervals: readonly FaceInterval[],
): number[] {
  const { enrolSec, shareOfFace, overlapSec } = threeDSpeakerAvRules;
  const identities = [...new Set(intervals.map(({ identity }) => identity))].sort((a, b) => a - b);
  const enrolled = identities.flatMap((identity) => {
    const own = intervals.filter((one) => one.identity === identity);
    const sum = new Float32Array(rows.size);
    let count = 0;
    windows.forEach((window, w) => {
      if (!own.some((one) => shared(one, window) > enrolSec)) return;
      count++;
      for (let d = 0; d < rows.size; d++) sum[d]! += rows.data[w * rows.size + d]!;
    });
    const seconds = own.reduce((total, one) => total + one.endSec - one.startSec, 0);
    return count > 0 ? [{ identity, own, seconds, voice: unitRows({ data: sum, size: rows.size, count: 1 }) }] : [];
  });
  const out = labels.map((label) => -1 - label);
  for (const cluster of new Set(labels)) {
    const members = labels.flatMap((label, w) => (label === cluster ? [w] : []));
    const spans = joined(members.map((w) => windows[w]!));
    const faces = enrolled.filter(({ own, seconds }) => {
      const both = own.reduce((sum, one) => sum + spans.reduce((total, span) => total + shared(one, span), 0), 0);
      return both > Math.min(shareOfFace * seconds, overlapSec);
    });
    if (faces.length === 0) continue;
    for (const w of members) {
      const best = faces.reduce((a, b) => (dot(b.voice, 0, rows, w) > dot(a.voice, 0, rows, w) ? b : a));
      out[w] = best.identity;
    }
  }
  return out;
}

/** Windows that touch as one stretch. */
function joined(windows: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const { startSec, endSec } of windows) {
    const last = out[out.length - 1];
    if (last && startSec <= last.endSec) last.endSec = Math.max(last.endSec, endSec);
    else out.push({ startSec, endSec });
  }
  return out;
}
