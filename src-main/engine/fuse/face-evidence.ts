import type { SpeechFrames } from './speech-frames.ts';

/** A face followed within a shot, as node `face-tracks` lists it, with the person it was found to be. */
export interface TalkingTrack {
  id: number;
  firstFrame: number;
  frameCount: number;
  /** Row of its first frame in the table of talking probabilities. */
  firstRow: number;
  /** Identity of node `identities`; null = nobody known. */
  identity: number | null;
}

/**
 * A face as the fusion sees it: all tracks of an identity, or a single track that is nobody known. Its speech can be
 * confirmed by its lips.
 */
export interface FaceLane {
  identity: number | null;
  trackIds: number[];
}

/**
 * Which faces are seen at each step of speech and how much each looks like the one who speaks. Sparse: entries of step t
 * are `offsets[t]` … `offsets[t + 1] − 1`.
 */
export interface FaceEvidence {
  readonly lanes: readonly FaceLane[];
  readonly offsets: Int32Array;
  /** Lane of each entry; at most one entry per lane and step. */
  readonly lane: Int32Array;
  /** Track (index into the input) of each entry. */
  readonly track: Int32Array;
  /** Log-odds that this face speaks, −{@link MAX_LOGIT} … {@link MAX_LOGIT}. */
  readonly logit: Float32Array;
}

/** Nothing a net says of one frame is more certain than this (about 98 %). */
export const MAX_LOGIT = 4;

export const logOdds = (probability: number): number =>
  Math.max(-MAX_LOGIT, Math.min(MAX_LOGIT, Math.log(Math.max(1e-9, probability) / Math.max(1e-9, 1 - probability))));

/**
 * Talking probabilities of the tracks laid on the steps of speech.
 * @param talking a value per row of the tracks, NaN = not measured
 * @param offsetSec by how much the sound comes later than the picture
 */
export function faceEvidence(
  steps: SpeechFrames,
  tracks: readonly TalkingTrack[],
  talking: Float32Array,
  offsetSec = 0,
  frameRateHz = 25,
): FaceEvidence {
  const { lanes, laneOf } = lanesOf(tracks);
  const shift = Math.round(offsetSec * frameRateHz);
  const order = tracks.map((_, i) => i).sort((a, b) => tracks[a]!.firstFrame - tracks[b]!.firstFrame);
  const offsets = new Int32Array(steps.count + 1);
  const lane: number[] = [];
  const track: number[] = [];
  const logit: number[] = [];
  let next = 0;
  let active: number[] = [];
  for (let t = 0; t < steps.count; t++) {
    const frame = steps.pictureFrame[t]! - shift;
    while (next < order.length && tracks[order[next]!]!.firstFrame <= frame) active.push(order[next++]!);
    active = active.filter((i) => tracks[i]!.firstFrame + tracks[i]!.frameCount > frame);
    const from = lane.length;
    for (const i of active) {
      const { firstRow, firstFrame } = tracks[i]!;
      if (frame < firstFrame) continue;
      const value = talking[firstRow + frame - firstFrame];
      if (value === undefined || Number.isNaN(value)) continue;
      const score = logOdds(value);
      const known = lane.indexOf(laneOf[i]!, from);
      if (known < 0) {
        lane.push(laneOf[i]!);
        track.push(i);
        logit.push(score);
      } else if (score > logit[known]!) {
        // One person in two tracks at a time (a mirror, a picture in the picture): the one that speaks counts.
        track[known] = i;
        logit[known] = score;
      }
    }
    offsets[t + 1] = lane.length;
  }
  return {
    lanes,
    offsets,
    lane: Int32Array.from(lane),
    track: Int32Array.from(track),
    logit: Float32Array.from(logit),
  };
}

function lanesOf(tracks: readonly TalkingTrack[]): { lanes: FaceLane[]; laneOf: Int32Array } {
  const lanes: FaceLane[] = [];
  const byIdentity = new Map<number, number>();
  const laneOf = Int32Array.from(tracks, ({ id, identity }) => {
    const known = identity === null ? undefined : byIdentity.get(identity);
    if (known !== undefined) {
      lanes[known]!.trackIds.push(id);
      return known;
    }
    if (identity !== null) byIdentity.set(identity, lanes.length);
    return lanes.push({ identity, trackIds: [id] }) - 1;
  });
  return { lanes, laneOf };
}

/**
 * Pairs of lanes that are two people because they were seen at the same time.
 * @returns `low × lanes + high` of each pair
 */
export function lanesSeenTogether(tracks: readonly TalkingTrack[], evidence: Pick<FaceEvidence, 'lanes'>): Set<number> {
  const count = evidence.lanes.length;
  const laneOfTrack = new Map<number, number>();
  evidence.lanes.forEach(({ trackIds }, lane) => trackIds.forEach((id) => laneOfTrack.set(id, lane)));
  const order = [...tracks].sort((a, b) => a.firstFrame - b.firstFrame);
  const together = new Set<number>();
  let active: TalkingTrack[] = [];
  for (const one of order) {
    active = active.filter((other) => other.firstFrame + other.frameCount > one.firstFrame);
    for (const other of active) {
      const a = laneOfTrack.get(one.id)!;
      const b = laneOfTrack.get(other.id)!;
      if (a !== b) together.add(Math.min(a, b) * count + Math.max(a, b));
    }
    active.push(one);
  }
  return together;
}
