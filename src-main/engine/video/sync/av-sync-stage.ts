import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { passesSyncGate, serialiseOffsets } from '#shared/formats/m3sd.ts';
import type { SyncOffset } from '#shared/formats/turn.ts';
import type { Stage } from '../../stage.ts';
import { shotsFile, shotsSchema } from '../shots/shots-stage.ts';
import { FRAME_RATE_HZ } from '../talking/speech-level.ts';
import { readFacesAndSound, readSpeechRegions } from '../talking/talk-input.ts';
import { judgeOffset, pooledCurve, type OffsetVerdict } from './file-offset.ts';
import type { OffsetCurve } from './offset-curve.ts';
import { offsetsFile, syncFile, type AvSync } from './sync-file.ts';
import { syncNetOffsets } from './syncnet-offsets.ts';

/**
 * How much later than the picture the sound comes, for the file, each shot and each face track: by SyncNet where it is
 * installed and sure, else from lips and loudness alone; null where that is unsure. What a person has set goes before both, for the file and every shot. Inputs `pcm`, `speech`, `face-tracks`, `face-views`, `shots`; outputs `sync.json` and
 * `offsets.csv`.
 */
export const avSyncStage: Stage<z.ZodObject> = {
  id: 'av-sync',
  version: '2',
  label: 'Comparing lips with sound',
  params: z.object({}),
  models: [],
  usesCorrections: ['soundOffsetSec'],
  artifacts: { avSync: syncFile, avOffsets: offsetsFile },
  async run(context) {
    const faces = await readFacesAndSound(context);
    const speech = await readSpeechRegions(context, faces);
    const { shots } = await context.input('shots').readJson(shotsFile, shotsSchema);
    const { tracks, lips, level } = faces;
    const curves = await context.kernel('av-offset', { tracks, lips, level, speech, shots, byTrack: true });
    const ofLips = {
      file: judgeOffset(pooledCurve(curves.shotCurves)),
      shots: curves.shotCurves.map(judgeOffset),
      tracks: curves.trackCurves.map((curve, at) => trackOffset(`track-${tracks[at]!.id}`, curve)),
    };
    const ofNet = await syncNetOffsets(context, tracks, shots);
    const isNet = ofNet !== null && (ofNet.file.offsetFrames !== null || ofLips.file.offsetFrames === null);
    const chosen = isNet ? ofNet : ofLips;
    const given = context.job.corrections?.soundOffsetSec ?? null;
    const told = (verdict: Told): ReturnType<typeof toSeconds> => ({
      ...toSeconds(verdict),
      ...(given === null ? {} : { offsetSec: given }),
    });
    await context.writeJson(syncFile, {
      ...told(chosen.file),
      method: given !== null ? 'person' : isNet ? 'syncnet' : 'lips',
      shots: chosen.shots.map((verdict, shot) => ({ shot, ...told(verdict) })),
      tracks: chosen.tracks.map((one, at) => ({
        trackId: tracks[at]!.id,
        offsetFrames: -one.offsetFrames + 0,
        confidence: one.confidence,
        passesGate: passesSyncGate(one),
      })),
    } satisfies AvSync);
    await writeFile(context.outputPath(offsetsFile), serialiseOffsets(chosen.tracks).text);
  },
};

type Told = Pick<OffsetVerdict, 'offsetFrames' | 'confidence'>;
const toSeconds = ({ offsetFrames, confidence }: Told): { offsetSec: number | null; confidence: number } => ({
  offsetSec: offsetFrames === null ? null : offsetFrames / FRAME_RATE_HZ,
  confidence,
});

/**
 * A track's row of `offsets.csv`, counted as SyncNet does: > 0 = the sound comes earlier than the picture. Tracks whose face
 * says nothing have confidence 0.
 */
function trackOffset(track: string, curve: OffsetCurve): SyncOffset {
  const { estimate, confidence } = judgeOffset(curve);
  return {
    track,
    offsetFrames: -(estimate?.offsetFrames ?? 0) + 0,
    // Lips have no distance; what lacks to full agreement (1 nat a frame) takes its place.
    minDistance: Math.max(0, 1 - (estimate?.agreement ?? 0)),
    confidence,
  };
}
