import { z } from 'zod';
import { speechSchema } from '../audio/speech-regions.ts';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import { VOICE_SIZE } from '../audio/voice-windows-kernel.ts';
import { vectors } from '../cluster/vectors.ts';
import { decodedSchema } from '../media-stages.ts';
import type { Stage } from '../stage.ts';
import { avDiarization, avDiarizationRules } from './av-diarization.ts';
import { avEvidenceFile } from './av-evidence.ts';
import type { AvEvidence } from './av-evidence.ts';
import { readPictureEvidence } from './picture-evidence.ts';

/** Windows of av-diarization: 2 s every 0.2 s. */
const WINDOW_SEC = 2;

const params = z.object({
  offScreenCosine: z
    .number()
    .min(-1)
    .max(1)
    .default(avDiarizationRules.offScreenCosine)
    .describe('Cosine from which speech off screen is that of a face’s voice'),
  clusterDistance: z
    .number()
    .min(0)
    .max(2)
    .default(avDiarizationRules.clusterDistance)
    .describe('Cosine distance of voices up to which two faces are one speaker'),
  bugCompatible: z
    .boolean()
    .default(false)
    .describe('As the published code: activity is cut at the limits of a track, and what fits nobody is one unknown'),
});

/**
 * The decision of av-diarization, see `avDiarization`; node `embeddings` has its windows over the speech. Outputs:
 * `hypothesis.json`, `av.json`.
 */
export const avDiarizationStage: Stage<typeof params> = {
  id: 'av-diarization',
  version: '1',
  label: 'Joining faces and voices',
  params,
  models: [],
  artifacts: { avEvidence: avEvidenceFile },
  async run(context) {
    const { startSec } = await context.input('pcm').readJson('decoded.json', decodedSchema.pick({ startSec: true }));
    const { regions, durationSec } = await context.input('speech').readJson('speech.json', speechSchema);
    const { windows } = await context.input('embeddings').readJson('windows.json', windowsSchema);
    const picture = await readPictureEvidence(context);
    const inFile = regions.map((region) => ({
      startSec: region.startSec + startSec,
      endSec: region.endSec + startSec,
    }));
    const utterances = avDiarization({
      frameCount: Math.ceil((startSec + durationSec) * 25),
      speech: inFile,
      tracks: picture.tracks,
      talking: picture.talking,
      windows: onGrid(windows, await context.input('embeddings').readFloat32('embeddings.f32'), startSec),
      rules: context.params,
    }).flatMap((one) => {
      const endSec = Math.min(one.endSec, Math.floor((startSec + durationSec) * 1000) / 1000);
      const from = Math.max(one.startSec, startSec);
      return endSec > from ? [{ ...one, startSec: from, endSec }] : [];
    });
    await context.writeJson('hypothesis.json', {
      segments: utterances.map(({ startSec: from, endSec, speaker, faceProbability, voice }) => ({
        ...{ startSec: from, endSec, speaker },
        confidence: Math.max(0, Math.min(1, faceProbability ?? voice ?? 0)),
      })),
    });
    const speakerOfTrack = new Map(utterances.map(({ trackId, speaker }) => [trackId, speaker]));
    const labels = [...new Set(utterances.map(({ speaker }) => speaker))];
    const seconds = (label: string, seen: boolean): number =>
      utterances
        .filter(({ speaker, trackId }) => speaker === label && (trackId !== null) === seen)
        .reduce((sum, one) => sum + one.endSec - one.startSec, 0);
    await context.writeJson(avEvidenceFile, {
      tracks: picture.tracks.map(({ id, identity }) => ({ id, identity, speaker: speakerOfTrack.get(id) ?? null })),
      speakers: labels.map((label) => ({
        label,
        identity: picture.tracks.find(({ id }) => speakerOfTrack.get(id) === label)?.identity ?? null,
        onScreenSec: seconds(label, true),
        offScreenSec: seconds(label, false),
      })),
      segments: utterances.map(({ startSec: from, endSec, speaker, trackId, faceProbability }) => ({
        ...{ startSec: from, endSec, speaker },
        source: trackId === null ? 'voice' : 'face',
        ...{ trackId, faceProbability, voiceMargin: null },
      })),
      review: [],
    } satisfies AvEvidence);
  },
};

/**
 * Voice windows as the published index takes them: row i is that of [0.2 i, 0.2 i + 2]. Windows lie in speech alone, so rows
 * between them repeat the nearest one.
 */
function onGrid(
  windows: readonly { startSec: number; endSec: number }[],
  embeddings: Float32Array,
  soundStartSec: number,
): ReturnType<typeof vectors> {
  const last = windows.at(-1);
  if (!last) return vectors(new Float32Array(0), VOICE_SIZE);
  const hop = avDiarizationRules.windowHopSec;
  const count = Math.max(1, Math.floor((last.endSec + soundStartSec - WINDOW_SEC) / hop) + 1);
  const rows = new Float32Array(count * VOICE_SIZE);
  const middle = (w: number): number => (windows[w]!.startSec + windows[w]!.endSec) / 2 + soundStartSec;
  let w = 0;
  for (let i = 0; i < count; i++) {
    const at = hop * i + WINDOW_SEC / 2;
    while (w + 1 < windows.length && Math.abs(middle(w + 1) - at) <= Math.abs(middle(w) - at)) w++;
    rows.set(embeddings.subarray(w * VOICE_SIZE, (w + 1) * VOICE_SIZE), i * VOICE_SIZE);
  }
  return vectors(rows, VOICE_SIZE);
}
