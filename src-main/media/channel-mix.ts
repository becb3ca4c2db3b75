import { AppError } from '#shared/api/errors.ts';
import type { AudioStream, MediaChoice } from '#shared/domain/media.ts';

/**
 * ffmpeg filters that make one channel of a stream; none when it has one already. Two: their mean. Surround as films
 * have it: speech sits in the centre, so centre 1, front 0.71, rear 0.5, no subwoofer. Anything else is several
 * microphones: their mean.
 * @throws AppError `bad-input` for a channel the stream does not have
 */
export function monoFilter(stream: AudioStream, channel: MediaChoice['channel'], file: string): string[] {
  const { channels, codec } = stream;
  if (channel !== 'mix') {
    if (channel >= channels) {
      throw new AppError('bad-input', `The audio stream has ${channels} channels, no channel ${channel + 1}.`, {
        file,
        fix: channels === 1 ? 'Choose the mix.' : `Choose a channel from 1 to ${channels}, or the mix.`,
      });
    }
    return channels === 1 ? [] : [`pan=mono|c0=c${channel}`];
  }
  if (channels === 1) return [];
  // Field recorders and microphone arrays write PCM; a film's sound is coded.
  const film = !codec.startsWith('pcm_') && (channels === 6 || channels === 8);
  const weights = Array.from({ length: channels }, (_, index) => (film ? surroundWeight(index) : 1));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const terms = weights.map((weight, index) => `${(weight / sum).toFixed(6)}*c${index}`);
  return [`pan=mono|c0=${terms.join('+')}`];
}

/** Channels in FFmpeg's order: front left and right, centre, subwoofer, then the rear and side ones. */
function surroundWeight(index: number): number {
  if (index < 2) return Math.SQRT1_2;
  if (index === 2) return 1;
  return index === 3 ? 0 : 0.5;
}
