import type { MediaChoice, MediaProbe } from '#shared/domain/media.ts';
import { opensInChromium } from './time-zero.ts';

export interface Playability {
  readonly plays: boolean;
  /** For people: why a review proxy is needed; null when none is. */
  readonly reason: string | null;
}

/**
 * Measured in Chromium 147 with proprietary codecs (docs/adr/0022). A stream it cannot decode does not make it fail: it
 * plays the file without picture or without sound, so the page cannot find out by itself.
 */
const PICTURE: Readonly<Record<string, ReadonlySet<string>>> = {
  h264: new Set(['yuv420p', 'yuvj420p', 'yuv422p', 'yuv444p', 'yuv420p10le']),
  vp8: new Set(['yuv420p']),
  vp9: new Set(['yuv420p', 'yuv422p', 'yuv444p']),
  av1: new Set(['yuv420p']),
};
const SOUND: ReadonlySet<string> = new Set([
  ...[
    'aac',
    'mp3',
    'opus',
    'vorbis',
    'flac',
    'pcm_u8',
    'pcm_s16le',
    'pcm_s16be',
    'pcm_s24le',
    'pcm_s32le',
    'pcm_f32le',
  ],
  ...['pcm_alaw', 'pcm_mulaw'],
]);
const MAX_CHANNELS = 8;
/** Longer gaps of the sound are heard as sound running ahead of the picture. */
const GAP_SEC = 0.04;

/**
 * Whether Chromium's media element plays the file as it is, with picture, with the chosen sound and on our clock.
 * `gapSec` comes from decoding (`PcmResult.gapSec`); without it gaps are not looked at.
 */
export function playability(
  probe: MediaProbe,
  more: { choice?: MediaChoice | undefined; gapSec?: number | undefined } = {},
): Playability {
  const reason = obstacle(probe, more.choice ?? null, more.gapSec ?? 0);
  return { plays: reason === null, reason };
}

function obstacle(probe: MediaProbe, choice: MediaChoice | null, gapSec: number): string | null {
  if (!opensInChromium(probe.container))
    return `The container ${probe.container.split(',')[0]} does not play in the app.`;
  const picture = probe.video[0];
  const sound = probe.audio[0];
  if (picture) {
    const formats = PICTURE[picture.codec];
    if (!formats) return `The video codec ${picture.codec} does not play in the app.`;
    if (!formats.has(picture.pixelFormat ?? '')) {
      return `The pixel format ${picture.pixelFormat ?? 'of the video'} does not play in the app.`;
    }
  }
  if (sound) {
    if (!SOUND.has(sound.codec)) return `The audio codec ${sound.codec} does not play in the app.`;
    if (sound.channels > MAX_CHANNELS) return `Audio of ${sound.channels} channels does not play in the app.`;
  }
  const other = choice !== null && choice.audioStream !== null && choice.audioStream !== sound?.index;
  if (other) return 'The audio stream chosen is not the one that would be heard.';
  if (gapSec > GAP_SEC && picture) return 'The audio has gaps that would put it out of step with the picture.';
  if (probe.container !== 'mp3' && probe.timeZeroSec < 0) return 'Its time stamps begin before zero.';
  return null;
}
