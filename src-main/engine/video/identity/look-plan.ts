import { TRACK_ROW_VALUES } from '../tracking/track-file.ts';
import type { FrameSpan } from '../views/looked-frames.ts';
import { BLOCK_FRAMES, type ViewTrack } from '../views/view-plan.ts';

/** Frames of a track of which the best one is to stand for the face at that time. */
export interface LookWindow {
  readonly trackId: number;
  /** Rows in `tracks.f32`, by promise; all in one block. */
  readonly rows: readonly number[];
}

export interface LookPlanOptions {
  readonly frameRateHz: number;
  readonly looksPerSec: number;
  readonly maxLooks: number;
  /** Width over height of the picture's pixels. */
  readonly aspect: number;
}

/** Frames of a window that are compared with each other: more cost more crops than they bring. */
const CANDIDATES = 3;
/** From so many faces of a track on only half as many a second are taken. */
const EASE_LOOKS = 3;
/** Candidates are so many frames apart at least, so that a blink or a blur does not spoil all of them. */
const APART_FRAMES = 4;

/**
 * Which frames of each track are looked at for its identity: windows of equal length over the frames that are decoded, and
 * in each the frames that by score, size and symmetry of the five points promise most.
 */
export function planLooks(
  tracks: readonly ViewTrack[],
  rows: Float32Array,
  looked: readonly (readonly FrameSpan[])[],
  options: LookPlanOptions,
): LookWindow[] {
  return tracks.flatMap(({ id, firstFrame, firstRow }, track) => {
    const spans = looked[track]!;
    const total = spans.reduce((sum, { from, to }) => sum + to - from, 0);
    if (total === 0) return [];
    const full = (total / options.frameRateHz) * options.looksPerSec;
    // The first faces tell most: after some, every other one is left out.
    const eased = full <= EASE_LOOKS ? full : EASE_LOOKS + (full - EASE_LOOKS) / 2;
    const count = Math.max(1, Math.min(options.maxLooks, Math.round(eased)));
    return Array.from({ length: count }, (_, window): LookWindow => {
      const first = Math.floor((window * total) / count);
      const end = Math.floor(((window + 1) * total) / count);
      return { trackId: id, rows: candidates(first, end) };
    });

    function candidates(first: number, end: number): number[] {
      const byPromise = framesOf(spans, first, end)
        .map((frame) => ({ frame, promise: promiseOf(rows, firstRow + frame - firstFrame, options.aspect) }))
        .sort((a, b) => b.promise - a.promise || a.frame - b.frame);
      const chosen: number[] = [];
      const block = Math.floor((byPromise[0]?.frame ?? 0) / BLOCK_FRAMES);
      for (const { frame } of byPromise) {
        if (chosen.length >= CANDIDATES) break;
        if (Math.floor(frame / BLOCK_FRAMES) !== block) continue;
        if (chosen.every((other) => Math.abs(other - frame) >= APART_FRAMES)) chosen.push(frame);
      }
      return chosen.map((frame) => firstRow + frame - firstFrame);
    }
  });
}

/** The frames of spans, from the `first`-th to before the `end`-th. */
function framesOf(spans: readonly FrameSpan[], first: number, end: number): number[] {
  const frames: number[] = [];
  let passed = 0;
  for (const { from, to } of spans) {
    const last = Math.min(to - from, end - passed);
    for (let at = Math.max(0, first - passed); at < last; at++) frames.push(from + at);
    passed += to - from;
  }
  return frames;
}

/** How much a row of `tracks.f32` promises: score, size, and how far the tip of the nose lies between the eyes. */
function promiseOf(rows: Float32Array, row: number, aspect: number): number {
  const at = row * TRACK_ROW_VALUES;
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, score = 0, leftX = 0, leftY = 0, rightX = 0, rightY = 0, noseX = 0] =
    rows.subarray(at, at + TRACK_ROW_VALUES);
  const eyes = Math.hypot((rightX - leftX) * aspect, rightY - leftY);
  const aside = eyes > 0 ? Math.abs(noseX - (leftX + rightX) / 2) * aspect : 0;
  const symmetry = eyes > 0 ? Math.max(0.1, 1 - aside / eyes) : 0.5;
  const inside = isInside(x1, x2) * isInside(y1, y2);
  return score * symmetry * inside * Math.sqrt(Math.max(1e-9, (x2 - x1) * (y2 - y1)));
}

/** Share of a side of a box that lies in the picture. */
const isInside = (from: number, to: number): number =>
  to > from ? Math.max(0, Math.min(1, to) - Math.max(0, from)) / (to - from) : 0;
