import { z } from 'zod';
import type { VoiceWindow } from '../audio/voice-windows.ts';
import { windowsSchema } from '../audio/voice-embeddings.ts';
import type { Stage, StageContext } from '../stage.ts';
import { avDiarizationRules, majorityLabels } from './av-diarization-clusters.ts';
import type { PublishedClusterInput } from './published-kernel.ts';
import { clustersSchema } from './speaker-clusters.ts';
import { threeDSpeakerRules } from './spectral-3d-speaker.ts';
import { labelConfidence } from './speaker-posteriors.ts';
import { warnOfTooFew } from './too-few-speakers.ts';
import { vbxPresets } from './vbx.ts';
import { rowSize, vectors } from './vectors.ts';

/** Speakers of the windows of node `embeddings`. Outputs: `clusters.json`, `voices.f32`, as `speaker-clusters` writes them. */
async function cluster(
  context: StageContext<unknown>,
  method: PublishedClusterInput['method'],
  maxSpeakers: number,
  smooth: (labels: Int32Array, windows: readonly VoiceWindow[]) => Int32Array = (labels) => labels,
): Promise<void> {
  const { windows } = await context.input('embeddings').readJson('windows.json', windowsSchema);
  const asked = context.job.speakers;
  const embeddings = await context.input('embeddings').readFloat32('embeddings.f32');
  const result = await context.kernel('published-clusters', {
    embeddings,
    size: rowSize(embeddings, windows.length),
    startSec: Float64Array.from(windows, (window) => window.startSec),
    endSec: Float64Array.from(windows, (window) => window.endSec),
    speakers: { min: asked?.min ?? 1, max: asked?.max ?? maxSpeakers },
    method,
  });
  warnOfTooFew(context, result.speakerCount, windows.length > 0);
  await context.writeJson('clusters.json', {
    speakerCount: result.speakerCount,
    labels: [...smooth(result.labels, windows)],
  });
  await context.writeArray('voices.f32', result.voices);
}

const presetNames = Object.keys(vbxPresets) as [keyof typeof vbxPresets, ...(keyof typeof vbxPresets)[]];
const vbxParams = z.object({
  preset: z
    .enum(presetNames)
    .default('dihard-2')
    .describe('Published settings of Fa, Fb and loopP: example, ami-…, callhome, dihard-2 or community-1'),
  maxSpeakers: z.number().int().min(1).max(100).default(20).describe('Most speakers the automatic count may find'),
});

/** VBx without PLDA, see `vbxClusters`. */
export const vbxClustersStage: Stage<typeof vbxParams> = {
  id: 'vbx-clusters',
  version: '1',
  label: 'Grouping voices',
  params: vbxParams,
  models: [],
  usesSpeakers: true,
  run: (context) =>
    cluster(context, { kind: 'vbx', options: vbxPresets[context.params.preset] }, context.params.maxSpeakers),
};

const threeDSpeakerParams = z.object({
  method: z
    .enum(['spectral', 'umap-hdbscan'])
    .default('spectral')
    .describe('How voices are grouped: spectral, or umap-hdbscan as its recipe offers'),
});

/** 3D-Speaker's clustering, see `spectral3dSpeaker` and `densityClusters`. */
export const threeDSpeakerClustersStage: Stage<typeof threeDSpeakerParams> = {
  id: '3d-speaker-clusters',
  version: '2',
  label: 'Grouping voices',
  params: threeDSpeakerParams,
  models: [],
  usesSpeakers: true,
  run: (context) =>
    cluster(
      context,
      { kind: context.params.method === 'spectral' ? '3d-speaker' : 'umap-hdbscan' },
      threeDSpeakerRules.maxSpeakers,
    ),
};

const knownCountParams = z.object({
  speakers: z.number().int().min(1).max(100).default(2).describe('Number of speakers where none is given'),
});

/** k-means with a known number of speakers, as SpeechBrain's recipes do with ECAPA. */
export const kmeansClustersStage: Stage<typeof knownCountParams> = {
  id: 'k-means-clusters',
  version: '1',
  label: 'Grouping voices',
  params: knownCountParams,
  models: [],
  usesSpeakers: true,
  run(context) {
    const { speakers } = context.params;
    const asked = context.job.speakers;
    if (!asked || asked.min !== asked.max) {
      context.warn(`This system needs to know how many speakers there are: ${asked?.max ?? speakers} were taken.`);
    }
    return cluster(context, { kind: 'k-means' }, speakers);
  },
};

const manyParams = z.object({
  maxSpeakers: z.number().int().min(1).max(100).default(20).describe('Most speakers the automatic count may find'),
});

/** The audio side of av-diarization, see `avDiarizationClusters`; labels are smoothed over a second. */
export const avDiarizationClustersStage: Stage<typeof manyParams> = {
  id: 'av-diarization-clusters',
  version: '1',
  label: 'Grouping voices',
  params: manyParams,
  models: [],
  usesSpeakers: true,
  run: (context) =>
    cluster(context, { kind: 'av-diarization' }, context.params.maxSpeakers, (labels, windows) => {
      const [first, second] = windows;
      const hopSec = first && second?.region === first.region ? second.startSec - first.startSec : 0.2;
      const width = 2 * Math.floor(avDiarizationRules.majoritySec / hopSec / 2) + 1;
      const region = windows.map((window) => window.region);
      return width > 1 ? majorityLabels(labels, region, width) : labels;
    }),
};

/**
 * The clusters' own labels as the sequence of node `embeddings`, for systems that place turns by the windows they found
 * the speakers with. Output: `sequence.json`, as `speaker-sequence` writes it.
 */
export const windowSequenceStage: Stage<z.ZodObject> = {
  id: 'window-sequence',
  version: '1',
  label: 'Placing turns',
  params: z.object({}),
  models: [],
  async run(context) {
    const { labels } = await context.input('clusters').readJson('clusters.json', clustersSchema);
    const { windows } = await context.input('embeddings').readJson('windows.json', windowsSchema);
    const embeddings = await context.input('embeddings').readFloat32('embeddings.f32');
    const size = rowSize(embeddings, windows.length);
    const confidence = labelConfidence(
      {
        rows: vectors(embeddings, size),
        speakers: vectors(await context.input('clusters').readFloat32('voices.f32'), size),
        startSec: windows.map((window) => window.startSec),
        endSec: windows.map((window) => window.endSec),
      },
      labels,
    );
    await context.writeJson('sequence.json', { labels, confidence: [...confidence] });
  },
};
