import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { MediaSources } from '#shared/api/contract.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import { faceArtifacts } from '#shared/evidence/face-schemas.ts';
import { playability } from '#media/proxy.ts';
import type { Artifacts } from './artifacts.ts';
import type { ReviewCopies } from './review-copies.ts';

const faceNames = Object.values(faceArtifacts);

/** Addresses on the media route of what a file is reviewed with. */
export async function mediaSources(item: MediaItem, artifacts: Artifacts, copies: ReviewCopies): Promise<MediaSources> {
  const [play, peaksUrl, frameTableUrl, vadUrl, pcmUrl, ...faces] = await Promise.all([
    playSource(item, artifacts, copies),
    artifacts.url(item, 'peaks'),
    artifacts.url(item, 'frameTable'),
    artifacts.url(item, 'vad'),
    artifacts.url(item, 'pcm'),
    ...faceNames.map((name) => artifacts.address(item, name)),
  ]);
  const evidence = Object.fromEntries(
    faceNames.flatMap((name, i) => (faces[i] == null ? [] : [[name, faces[i]] as const])),
  );
  return { ...play, peaksUrl, frameTableUrl, vadUrl, pcmUrl, evidence };
}

type PlaySource = Pick<MediaSources, 'playUrl' | 'playsProxy' | 'playNote'>;

const goneNote = 'The file is not where it was: connect its disk, or relink it.';

/** Of what the PCM stage wrote, what decides on playing: gaps in the sound's time stamps. */
const decodedSchema = z.object({ gapSec: z.number() });

async function playSource(item: MediaItem, artifacts: Artifacts, copies: ReviewCopies): Promise<PlaySource> {
  const gapSec = (await artifacts.json(item, 'decoded', decodedSchema))?.gapSec ?? 0;
  const { plays, reason } = playability(item.probe, { choice: item.choice, gapSec });
  const there = (await stat(item.path).catch(() => null))?.isFile() ?? false;
  if (plays)
    return { playUrl: there ? `/media/${item.id}` : null, playsProxy: false, playNote: there ? null : goneNote };
  // The address changes with what is chosen: a browser that has the old copy must not go on with it.
  const { audioStream, channel } = item.choice;
  const playUrl = `/proxy/${item.id}?${audioStream ?? 'default'}-${channel}`;
  if (await copies.find(item)) return { playUrl, playsProxy: true, playNote: null };
  if (!there) return { playUrl: null, playsProxy: true, playNote: goneNote };
  const copy = copies.want(item);
  const progress =
    copy.state === 'making'
      ? `Making a review copy, ${Math.round(copy.share * 100)} %.`
      : `A review copy could not be made: ${copy.message}`;
  return { playUrl: null, playsProxy: true, playNote: `${reason} ${progress}` };
}
