import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import {
  measured,
  notMeasured,
  qualityArtifacts,
  QualitySeconds,
  secondValues,
  snrDb,
  type FileQuality,
  type QualityMetric,
  type QualityValue,
} from '#shared/quality/quality.ts';
import { sampleLuma } from '#media/sampled-luma.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../audio/pcm-reader.ts';
import { VAD_STEP_SAMPLES } from '../audio/silero-kernel.ts';
import { decodedFile, decodedSchema, toolsOf } from '../media-stages.ts';
import type { Stage, StageContext } from '../stage.ts';
import { LIP, LIP_VALUES, lipsFile } from '../video/lips/lip-file.ts';
import { TRACK_ROW_VALUES, trackIndexFile, trackIndexSchema, tracksFile } from '../video/tracking/track-file.ts';
import { DNSMOS_SAMPLES, dnsmosStarts } from './dnsmos-kernel.ts';
import { faceSeconds } from './face-seconds.ts';
import { blockiness, blur, brightness } from './picture-measures.ts';

const dnsmosModel = 'dnsmos-sig-bak-ovr';
const contentModel = 'ina-speech-music-noise';
const qualityFile = 'quality.json';
const secondsFile = 'quality-seconds.f32';
/** Windows of DNSMOS in one piece of work: some 100 ms each. */
const WINDOWS_AT_ONCE = 8;

const params = z.object({
  dnsmosPerHour: z.number().int().min(1).max(3600).default(60).describe('Windows of 9 s that DNSMOS hears in an hour'),
  contentStepSec: z
    .number()
    .min(0.1)
    .max(10)
    .default(1)
    .describe('Music and noise are looked for each so many seconds'),
  picturesPerHour: z.number().int().min(10).max(3600).default(240).describe('Pictures that are measured in an hour'),
});
type Params = z.output<typeof params>;

/** A decoder that gives up on a sample of pictures says nothing about the labels. */
const pictureFaults = new Set(['bad-input', 'unsupported', 'crashed', 'io']);

type Values = Record<QualityMetric, QualityValue>;

/**
 * How good sound and picture are, measured and never guessed: what cannot be measured says why. Inputs `pcm`, `vad`; output
 * `quality.json` and `quality-seconds.f32`.
 */
export const qualityStage: Stage<typeof params> = {
  id: 'quality',
  version: '1',
  label: 'Measuring quality',
  params,
  models: [],
  optionalModels: [dnsmosModel, contentModel],
  decodes: true,
  artifacts: { [qualityArtifacts.file]: qualityFile, [qualityArtifacts.seconds]: secondsFile },
  run: (context) => run(context, () => Promise.resolve(facesNotLookedFor)),
};

/** The same with the faces of the picture. Further inputs `face-tracks`, `face-views`, `talking`. */
export const qualityWithFacesStage: Stage<typeof params> = {
  ...qualityStage,
  id: 'quality-with-faces',
  run: (context) => run(context, measureFaces),
};

const facesNotLookedFor = valuesOf(['faceSize', 'faceSharpness', 'faceBrightness'], () =>
  notMeasured('The system that ran does not look at faces.'),
);

function valuesOf<M extends QualityMetric>(metrics: readonly M[], value: (metric: M) => QualityValue) {
  return Object.fromEntries(metrics.map((metric) => [metric, value(metric)])) as Record<M, QualityValue>;
}

type FaceValues = Pick<Values, 'faceSize' | 'faceSharpness' | 'faceBrightness'>;

async function run(
  context: StageContext<Params>,
  faces: (context: StageContext<Params>, seconds: QualitySeconds, startSec: number) => Promise<FaceValues>,
): Promise<void> {
  const pcmPath = context.input('pcm').path('pcm.s16');
  const { startSec } = await context.input('pcm').readJson(decodedFile, decodedSchema);
  const speech = await context.input('vad').readFloat32('vad.f32');
  const rows = await context.shard('levels', () => context.kernel('sound-levels', { pcmPath, speech: speech.slice() }));
  const seconds = new QualitySeconds(rows.slice(0, Math.floor(rows.length / secondValues) * secondValues));
  context.progress(1, 5);
  const content = await measureContent(context, pcmPath, seconds);
  context.progress(2, 5);
  const opinions = await measureOpinions(context, pcmPath, speech, startSec);
  context.progress(4, 5);
  const picture = await measurePicture(context);
  const faceValues = await faces(context, seconds, startSec);
  const values: Values = {
    ...levelValues(seconds),
    ...content,
    ...opinions.values,
    ...picture,
    ...faceValues,
    mdVqa: notMeasured('No MD-VQA network is installed: none is published for ONNX.'),
  };
  await context.writeJson(qualityFile, { startSec, values, dnsmos: opinions.windows } satisfies FileQuality);
  await context.writeArray(secondsFile, seconds.rows);
}

function levelValues(seconds: QualitySeconds): Pick<Values, 'snr' | 'clipping'> {
  const level = (kind: 'speech' | 'noise') => ({
    energy: seconds.sum(`${kind}Energy`),
    samples: seconds.sum(`${kind}Samples`),
  });
  const [speech, noise] = [level('speech'), level('noise')];
  const snr = snrDb(speech, noise);
  const samples = seconds.sum('samples');
  const missing =
    speech.samples < noise.samples ? 'No speech was heard.' : 'There is no pause in which noise is heard alone.';
  return {
    snr: snr === null ? notMeasured(missing) : measured(snr),
    clipping: samples > 0 ? measured(seconds.sum('clipped') / samples) : notMeasured('The file has no sound.'),
  };
}

async function measureContent(
  context: StageContext<Params>,
  pcmPath: string,
  seconds: QualitySeconds,
): Promise<Pick<Values, 'music' | 'noise'>> {
  if (!context.hasModel(contentModel)) {
    const why = notMeasured(`The net ${contentModel} is not installed (diarist models pull ${contentModel}).`);
    return { music: why, noise: why };
  }
  const stepSec = context.params.contentStepSec;
  const found = await context.shard('content', () =>
    context.kernel('sound-content', { modelPath: context.model(contentModel).path, pcmPath, stepSec }),
  );
  for (let second = 0; second < seconds.count; second++) {
    const from = Math.floor(second / stepSec);
    const to = Math.max(from + 1, Math.floor((second + 1) / stepSec));
    for (const [column, at] of [
      ['music', 1],
      ['noise', 2],
    ] as const) {
      const heard = Array.from({ length: to - from }, (_, i) => found[3 * (from + i) + at] ?? NaN);
      const valid = heard.filter((value) => !Number.isNaN(value));
      if (valid.length > 0) seconds.set(second, column, valid.reduce((sum, value) => sum + value, 0) / valid.length);
    }
  }
  return valuesOf(['music', 'noise'], (metric) => {
    const share = seconds.mean(metric);
    return share === null ? notMeasured('The file is silent.') : measured(share);
  });
}

async function measureOpinions(
  context: StageContext<Params>,
  pcmPath: string,
  speech: Float32Array,
  startSec: number,
): Promise<{ values: Pick<Values, 'dnsmosSig' | 'dnsmosBak' | 'dnsmosOvr'>; windows: FileQuality['dnsmos'] }> {
  const metrics = ['dnsmosSig', 'dnsmosBak', 'dnsmosOvr'] as const;
  if (!context.hasModel(dnsmosModel)) {
    const why = notMeasured(`The net ${dnsmosModel} is not installed (diarist models pull ${dnsmosModel}).`);
    return { values: valuesOf(metrics, () => why), windows: [] };
  }
  const total = pcmSampleCount(pcmPath);
  const starts = dnsmosStarts(speech, VAD_STEP_SAMPLES, total, context.params.dnsmosPerHour);
  const windows: FileQuality['dnsmos'] = [];
  for (let first = 0; first < starts.length; first += WINDOWS_AT_ONCE) {
    const some = starts.slice(first, first + WINDOWS_AT_ONCE);
    const heard = await context.shard(`dnsmos-${first}`, () =>
      context.kernel('dnsmos', { modelPath: context.model(dnsmosModel).path, pcmPath, starts: some }),
    );
    some.forEach((start, i) => {
      const fromSec = startSec + start / SAMPLE_RATE_HZ;
      const endSec = startSec + Math.min(total, start + DNSMOS_SAMPLES) / SAMPLE_RATE_HZ;
      const [sig, bak, ovr] = [heard[3 * i]!, heard[3 * i + 1]!, heard[3 * i + 2]!];
      windows.push({ startSec: fromSec, endSec, sig, bak, ovr });
    });
    context.progress(2 + (2 * (first + some.length)) / starts.length, 5);
  }
  const mean = (of: 'sig' | 'bak' | 'ovr'): QualityValue =>
    windows.length === 0
      ? notMeasured('The file has no sound.')
      : measured(windows.reduce((sum, window) => sum + window[of], 0) / windows.length);
  return { values: { dnsmosSig: mean('sig'), dnsmosBak: mean('bak'), dnsmosOvr: mean('ovr') }, windows };
}

async function measurePicture(
  context: StageContext<Params>,
): Promise<Pick<Values, 'brightness' | 'blur' | 'blockiness'>> {
  const { media } = context.job;
  const metrics = ['brightness', 'blur', 'blockiness'] as const;
  const without = (reason: string) => valuesOf(metrics, () => notMeasured(reason));
  if (media.probe.video.length === 0) return without('The file has no picture.');
  const found = { brightness: [] as number[], blur: [] as number[], blockiness: [] as number[] };
  const everySec = Math.max(0.2, Math.min(3600 / context.params.picturesPerHour, media.probe.durationSec / 20));
  try {
    await sampleLuma(
      toolsOf(context),
      media,
      everySec,
      (frame) => {
        found.brightness.push(brightness(frame));
        const [blurred, blocks] = [blur(frame), blockiness(frame)];
        if (blurred !== null) found.blur.push(blurred);
        if (blocks !== null) found.blockiness.push(blocks);
      },
      context.signal,
    );
  } catch (error) {
    // A picture that cannot be read must not take the labels away.
    if (!(error instanceof AppError) || !pictureFaults.has(error.data.code)) throw error;
    return without(`The picture could not be read: ${error.message}`);
  }
  return valuesOf(metrics, (metric) => {
    const value = median(found[metric]);
    return value === null ? notMeasured('No picture of the file has any contrast.') : measured(value);
  });
}

async function measureFaces(
  context: StageContext<Params>,
  seconds: QualitySeconds,
  startSec: number,
): Promise<FaceValues> {
  const index = await context.input('face-tracks').readJson(trackIndexFile, trackIndexSchema);
  if (index.tracks.length === 0) {
    return valuesOf(['faceSize', 'faceSharpness', 'faceBrightness'], () => notMeasured('No face was found.'));
  }
  const boxes = await context.input('face-tracks').readFloat32(tracksFile);
  const lips = await context.input('face-views').readFloat32(lipsFile);
  const talking = await context.input('talking').readFloat32('talking.f32');
  const stream = context.job.media.probe.video[0]!;
  faceSeconds(
    {
      frameRateHz: index.frameRateHz,
      tracks: index.tracks,
      heightPx: stream.rotationDeg % 180 === 0 ? stream.heightPx : stream.widthPx,
      box: (row) => ({ y1: boxes[row * TRACK_ROW_VALUES + 1]!, y2: boxes[row * TRACK_ROW_VALUES + 3]! }),
      look: (row) => ({
        sharpness: lips[row * LIP_VALUES + LIP.sharpness] ?? NaN,
        brightness: lips[row * LIP_VALUES + LIP.brightness] ?? NaN,
      }),
      talking: (row) => talking[row] ?? NaN,
    },
    seconds,
    startSec,
  );
  const columns = { faceSize: 'faceHeight', faceSharpness: 'faceSharpness', faceBrightness: 'faceBrightness' } as const;
  return valuesOf(['faceSize', 'faceSharpness', 'faceBrightness'], (metric) => {
    const value = seconds.mean(columns[metric]);
    return value === null ? notMeasured('No face was seen while somebody spoke.') : measured(value);
  });
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
