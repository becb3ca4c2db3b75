import { z } from 'zod';
import type { Stage } from '../../stage.ts';
import { trackIndexFile, trackIndexSchema } from '../tracking/track-file.ts';
import { identitiesFile, type Identities } from './identity-file.ts';
import { decodeLooks, lookIndexFile, lookIndexSchema, looksFile, type Look } from './look-file.ts';
import { embeddedLookNet, lookNets } from './look-nets.ts';
import { groupsByWord, pairsOfGroups } from './said-people.ts';
import { seenTogether } from './track-groups.ts';

const params = z.object({
  method: z
    .enum(['average', 'median'])
    .default('average')
    .describe(
      'average: average linkage; median: tracks one after another by the median distance, as av-diarization does',
    ),
  maxDistance: z
    .number()
    .min(0)
    .max(2)
    .nullable()
    .default(null)
    .describe('Cosine distance up to which tracks are one person; empty: what suits the net'),
  minQuality: z
    .number()
    .min(0)
    .max(1)
    .default(0.7)
    .describe('Faces of less quality are compared only where a track has none better, 0 to 1'),
  minTogetherFrames: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('Tracks that share so many frames of 1/25 s are two people'),
});

/**
 * Which tracks of a file are one person. Inputs `face-tracks`, `face-views`; output `identities.json`. Tracks that are seen
 * together are never one. What a person said goes before: parts of a track, and tracks given to one speaker, are one person,
 * tracks given to two speakers are two.
 */
export const identitiesStage: Stage<typeof params> = {
  id: 'identities',
  version: '3',
  label: 'Telling faces apart',
  params,
  models: [],
  usesCorrections: ['faces'],
  artifacts: { identities: identitiesFile },
  async run(context) {
    const { tracks } = await context.input('face-tracks').readJson(trackIndexFile, trackIndexSchema);
    const views = context.input('face-views');
    const { net: netId, dims } = await views.readJson(lookIndexFile, lookIndexSchema);
    const net = lookNets.find(({ id }) => id === netId) ?? embeddedLookNet;
    const looks = decodeLooks(await views.readFloat32(looksFile), dims);
    const byTrack = worthComparing(looks, context.params.minQuality);
    // A picture without light gives a vector of zeros, which is like nobody.
    const compared = tracks.filter(({ id }) => byTrack.has(id));
    const place = new Map(compared.map(({ id }, at) => [id, at]));
    const together = seenTogether(compared, context.params.minTogetherFrames);
    const given = context.job.corrections?.faces?.tracks ?? [];
    const said = groupsByWord(
      compared.map(({ correction }) => (correction === undefined ? null : { correction, ...given[correction] })),
    );
    const { labels, confidence } = await context.kernel('group-tracks', {
      method: context.params.method,
      maxDistance: context.params.maxDistance ?? net.maxDistance,
      distanceScale: net.distanceScale,
      cannotLink: pairsOfGroups(together, said),
      tracks: said.members.map((members) => ({
        vectors: members.flatMap((at) => byTrack.get(compared[at]!.id)!.map(({ vector }) => vector)),
      })),
    });
    const personOf = (at: number): number => labels[said.groupOf[at]!]!;
    const identities: Identities['identities'] = [];
    compared.forEach(({ id }, at) => {
      const identity = (identities[personOf(at)] ??= { id: personOf(at), trackIds: [], faceCount: 0 });
      identity.trackIds.push(id);
      identity.faceCount += byTrack.get(id)!.length;
    });
    await context.writeJson(identitiesFile, {
      net: netId,
      identities,
      trackIdentity: tracks.map(({ id }) => (place.has(id) ? personOf(place.get(id)!) : null)),
      confidence: tracks.map(({ id }) => (place.has(id) ? confidence[said.groupOf[place.get(id)!]!]! : 0)),
    } satisfies Identities);
  },
};

/** So many faces of a track are compared when none is good: the mean of some is better than any. */
const FEW_LOOKS = 3;

/** Faces of each track that pass the gate; the best few where none does. */
export function worthComparing(looks: readonly Look[], minQuality: number): Map<number, Look[]> {
  const byTrack = new Map<number, Look[]>();
  for (const look of looks) {
    if (!look.vector.some((value) => value !== 0)) continue;
    byTrack.set(look.trackId, [...(byTrack.get(look.trackId) ?? []), look]);
  }
  for (const [track, all] of byTrack) {
    const good = all.filter(({ quality }) => quality >= minQuality);
    const best = all.toSorted((a, b) => b.quality - a.quality || a.frame - b.frame).slice(0, FEW_LOOKS);
    byTrack.set(track, good.length > 0 ? good : best);
  }
  return byTrack;
}
