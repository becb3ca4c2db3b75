import { z } from 'zod';
import { idSchema } from './records.ts';

/** Identity of a file's content. `hash` survives a move or a rename; size and mtime notice a change cheaply. */
export const mediaIdentitySchema = z.object({
  sizeBytes: z.number().int().min(0),
  mtimeMs: z.number(),
  /** `sha256:<hex>` of the whole file up to 64 MiB, else `sampled:<hex>` of the size and 64 evenly spaced 1 MiB blocks. */
  hash: z.string(),
});
export type MediaIdentity = z.infer<typeof mediaIdentitySchema>;

export const audioStreamSchema = z.object({
  /** ffprobe stream index. */
  index: z.number().int(),
  codec: z.string(),
  sampleRateHz: z.number(),
  channels: z.number().int(),
  startSec: z.number(),
  durationSec: z.number().nullable(),
  language: z.string().nullable(),
});
export type AudioStream = z.infer<typeof audioStreamSchema>;

export const videoStreamSchema = z.object({
  index: z.number().int(),
  codec: z.string(),
  profile: z.string().nullable(),
  pixelFormat: z.string().nullable(),
  widthPx: z.number().int(),
  heightPx: z.number().int(),
  /** Clockwise degrees to apply for display: 0, 90, 180, 270. */
  rotationDeg: z.number(),
  frameRate: z.number().nullable(),
  variableFrameRate: z.boolean(),
  startSec: z.number(),
  durationSec: z.number().nullable(),
});
export type VideoStream = z.infer<typeof videoStreamSchema>;

export const mediaProbeSchema = z.object({
  container: z.string(),
  /** Container's claim, measured from t = 0. */
  durationSec: z.number(),
  /** Container time stamp of t = 0 (earliest presentation time as Chromium shows it). Subtract it from stream times. */
  timeZeroSec: z.number(),
  audio: z.array(audioStreamSchema),
  video: z.array(videoStreamSchema),
  /** Cover pictures are not video. */
  attachedPictures: z.number().int(),
});
export type MediaProbe = z.infer<typeof mediaProbeSchema>;

/** What of a file is worked on. */
export const mediaChoiceSchema = z.object({
  /** ffprobe stream index; null = the default (first) audio stream. */
  audioStream: z.number().int().nullable(),
  /** Channel mixed down (`mix`) or one channel, from 0. */
  channel: z.union([z.literal('mix'), z.number().int().min(0)]),
  /** Part of the file to work on; labels keep the file's own time. null = all. */
  range: z.object({ startSec: z.number().min(0), endSec: z.number().min(0) }).nullable(),
});
export type MediaChoice = z.infer<typeof mediaChoiceSchema>;

export const mediaStateSchema = z.enum(['new', 'queued', 'running', 'ready', 'reviewed', 'failed', 'missing']);
export type MediaState = z.infer<typeof mediaStateSchema>;

/** A file of the project, by reference. */
export const mediaItemSchema = z.object({
  id: idSchema,
  path: z.string(),
  /** Base name as shown. */
  name: z.string(),
  /** RTTM file id: stem with white space and control characters as `_`. */
  fileId: z.string(),
  identity: mediaIdentitySchema,
  probe: mediaProbeSchema,
  choice: mediaChoiceSchema,
  state: mediaStateSchema,
  /** Share of the audio that could not be decoded, 0..1; null before it was decoded. */
  undecodedShare: z.number().min(0).max(1).nullable(),
  segmentCount: z.number().int(),
  speakerCount: z.number().int(),
  /** Segments not yet accepted whose confidence is below the doubt limit. */
  doubtCount: z.number().int(),
  addedMs: z.number(),
});
export type MediaItem = z.infer<typeof mediaItemSchema>;

/** RTTM/VIA file id of a path's base name: the stem, white space and control characters as `_`. */
export function fileIdOf(baseName: string): string {
  const stem = baseName.replace(/(?<=.)\.[^.]*$/u, '');
  return stem.replace(/[\s\p{Cc}]/gu, '_') || '_';
}
