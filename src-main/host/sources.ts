import { stat } from 'node:fs/promises';
import type { MediaSources } from '#shared/api/contract.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import { playability } from '#media/proxy.ts';
import type { Artifacts } from './artifacts.ts';
import type { ReviewCopies } from './review-copies.ts';

/** Addresses on the media route of what a file is reviewed with. */
export async function mediaSources(item: MediaItem, artifacts: Artifacts, copies: ReviewCopies): Promise<MediaSources> {
  const [play, peaksUrl, frameTableUrl, vadUrl] = await Promise.all([
    playSource(item, copies),
    artifacts.url(item, 'peaks'),
    artifacts.url(item, 'frameTable'),
    artifacts.url(item, 'vad'),
  ]);
  return { ...play, peaksUrl, frameTableUrl, vadUrl };
}

type PlaySource = Pick<MediaSources, 'playUrl' | 'playsProxy' | 'playNote'>;

async function playSource(item: MediaItem, copies: ReviewCopies): Promise<PlaySource> {
  const info = await stat(item.path).catch(() => null);
  const plain = playability(item.probe);
  if (plain.plays) {
    return info?.isFile()
      ? { playUrl: `/media/${item.id}`, playsProxy: false, playNote: null }
      : { playUrl: null, playsProxy: false, playNote: 'The file is not where it was: connect its disk, or relink it.' };
  }
  const existing = await copies.find(item);
  if (existing) return { playUrl: `/proxy/${item.id}`, playsProxy: true, playNote: null };
  if (!info?.isFile()) {
    return {
      playUrl: null,
      playsProxy: true,
      playNote: 'The file is not where it was: connect its disk, or relink it.',
    };
  }
  const copy = await copies.want(item);
  switch (copy.state) {
    case 'ready':
      return { playUrl: `/proxy/${item.id}`, playsProxy: true, playNote: null };
    case 'making': {
      const percent = Math.round(copy.share * 100);
      return { playUrl: null, playsProxy: true, playNote: `${plain.reason} Making a review copy, ${percent} %.` };
    }
    case 'failed':
      return {
        playUrl: null,
        playsProxy: true,
        playNote: `${plain.reason} A review copy could not be made: ${copy.message}`,
      };
  }
}
