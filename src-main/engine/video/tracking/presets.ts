import type { TrackOptions } from './iou-tracks.ts';

/** Overlap (IoU) a box must have with the last one of its track, in all of them. */
export const TRACK_IOU = 0.5;

/** Tracking of the published systems at 25 frames a second; sizes in pixels of the picture. */
export const trackPresets = {
  'av-diarization': { minIou: TRACK_IOU, maxGapFrames: 25, minTrackFrames: 50, minFacePx: 40 },
  'syncnet-python': { minIou: TRACK_IOU, maxGapFrames: 25, minTrackFrames: 100, minFacePx: 100 },
  m3sd: { minIou: TRACK_IOU, maxGapFrames: 50, minTrackFrames: 25, minFacePx: 20 },
  talknet: { minIou: TRACK_IOU, maxGapFrames: 10, minTrackFrames: 10, minFacePx: 1 },
  '3d-speaker': { minIou: TRACK_IOU, maxGapFrames: 10, minTrackFrames: 9, minFacePx: 1 },
} as const satisfies Record<string, TrackOptions>;

/** DeepSORT as M3SD runs it on every frame. */
export const deepSortPreset = {
  maxIouDistance: 0.8,
  maxCosineDistance: 0.4,
  maxAgeFrames: 1000,
  minHits: 1,
  minDetectionIou: 0.8,
} as const;
