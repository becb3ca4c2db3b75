import { z } from 'zod';

/** What is read of ffprobe's JSON. Numbers come as text, missing ones as `N/A` or not at all; nothing is trusted. */
const number = z
  .union([z.string(), z.number()])
  .transform((value) => (typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value)))
  .transform((value) => (Number.isFinite(value) ? value : null))
  .nullish()
  .transform((value) => value ?? null);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const tags = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((value) => new Map(Object.entries(value ?? {}).map(([key, entry]) => [key.toLowerCase(), entry])));

/** `30000/1001` → 29.97; `0/0` → null. */
const fraction = z
  .string()
  .nullish()
  .transform((value) => {
    const [above = Number.NaN, below = 1] = (value ?? '').split('/').map(Number);
    const rate = above / below;
    return value && Number.isFinite(rate) && rate > 0 ? rate : null;
  });

const streamSchema = z.object({
  index: z.number().int(),
  codec_type: text,
  codec_name: text,
  profile: z
    .union([z.string(), z.number()])
    .nullish()
    .transform((value) => (value === null || value === undefined ? null : String(value))),
  pix_fmt: text,
  width: number,
  height: number,
  sample_rate: number,
  channels: number,
  r_frame_rate: fraction,
  avg_frame_rate: fraction,
  start_time: number,
  duration: number,
  disposition: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((value) => value ?? {}),
  tags,
  side_data_list: z
    .array(z.looseObject({ rotation: number }))
    .nullish()
    .transform((value) => value ?? []),
});
export type ProbedStream = z.infer<typeof streamSchema>;

const packetSchema = z.object({
  stream_index: z.number().int(),
  pts_time: number,
  dts_time: number,
  duration_time: number,
  flags: text,
});
export type ProbedPacket = z.infer<typeof packetSchema>;

export const probeJsonSchema = z.object({
  format: z.object({ format_name: text, start_time: number, duration: number, nb_streams: number }),
  streams: z.array(streamSchema).default([]),
  packets: z.array(packetSchema).default([]),
});
export type ProbeJson = z.infer<typeof probeJsonSchema>;
