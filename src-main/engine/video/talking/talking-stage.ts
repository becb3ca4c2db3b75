import { z } from 'zod';
import { POSTERIOR_STEP_SEC } from '../../audio/pyannote-frames.ts';
import type { Stage, StageContext } from '../../stage.ts';
import { judgeOffset, pooledCurve } from '../sync/file-offset.ts';
import type { TrackIndex } from '../tracking/track-file.ts';
import { overlapLogOdds } from './heard-overlap.ts';
import { netEvidence } from './net-evidence.ts';
import { speakerNetParts } from './speaker-nets.ts';
import { FRAME_RATE_HZ } from './speech-level.ts';
import { talkingFile, talkingIndexFile, type TalkingIndex } from './talking-file.ts';
import { readFacesAndSound, readSpeech, readSpeechRegions } from './talk-input.ts';

/** Raise when the fit changes. */
const CALIBRATION = 'grid-3';

/**
 * Which face is heard, frame by frame. Inputs `pcm`, `vad`, `speech`, `face-tracks`, `face-views`; outputs `talking.f32`
 * (a probability for each row of `tracks.f32`) and `talking.json`. A clear offset between sound and picture is taken into
 * account; one that a person has set goes before what is measured.
 */
export const talkingStage: Stage<z.ZodObject> = {
  id: 'talking',
  version: '5',
  label: 'Finding who talks',
  params: z.object({}),
  models: [],
  optionalModels: speakerNetParts('audio', 'backend'),
  usesCorrections: ['soundOffsetSec'],
  artifacts: { talking: talkingFile, talkingIndex: talkingIndexFile },
  run: (context) => findTalking(context, null),
};

/** The same, with two voices at once as its net hears them. One more input: `overlap`, empty where the net is not installed. */
export const talkingWithOverlapStage: Stage<z.ZodObject> = {
  ...talkingStage,
  id: 'talking-with-overlap',
  async run(context) {
    const posterior = await context.input('overlap').readFloat32('posterior.f32');
    await findTalking(context, posterior.length > 0 ? posterior : null);
  },
};

/** @param posterior of two voices at once, see `overlapAmiStage` */
async function findTalking(context: StageContext<unknown>, posterior: Float32Array | null): Promise<void> {
  const faces = await readFacesAndSound(context);
  const { tracks, lips, level, frameCount } = faces;
  const regions = await readSpeechRegions(context, faces);
  const shots = [{ firstFrame: 0, endFrame: frameCount }];
  const { shotCurves } = await context.kernel('av-offset', {
    ...{ tracks, lips, level, speech: regions, shots, byTrack: false },
  });
  const given = context.job.corrections?.soundOffsetSec ?? null;
  const found = judgeOffset(pooledCurve(shotCurves)).offsetFrames ?? 0;
  const offsetFrames = given === null ? found : Math.round(given * FRAME_RATE_HZ) + 0;
  const { nets, logOdds: netLogOdds } = await netEvidence(context, faces, offsetFrames);
  const speech = await readSpeech(context, faces);
  const overlap = posterior && overlapLogOdds(posterior, POSTERIOR_STEP_SEC, faces.startSec, speech);
  const talking = await context.kernel('face-talking', {
    ...{ tracks, lips, level, speech, overlap, offsetFrames, netLogOdds },
  });
  await context.writeArray(talkingFile, talking);
  await context.writeJson(talkingIndexFile, {
    method: netLogOdds ? 'lips+net' : 'lips',
    net: netLogOdds ? nets.join('+') : null,
    calibration: CALIBRATION,
    offsetFrames,
    perTrack: tracks.map((track) => summaryOf(track, talking)),
  } satisfies TalkingIndex);
}

function summaryOf(track: TrackIndex['tracks'][number], talking: Float32Array): TalkingIndex['perTrack'][number] {
  const values = talking.subarray(track.firstRow, track.firstRow + track.frameCount).filter((value) => value >= 0);
  return {
    trackId: track.id,
    measuredFrames: values.length,
    talkingSec: values.reduce((sum, value) => sum + value, 0) / FRAME_RATE_HZ,
    maxProbability: values.reduce((most, value) => Math.max(most, value), 0),
  };
}
