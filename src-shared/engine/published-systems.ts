import type { SystemDescription, SystemParam } from './systems.ts';

/** What `--set` takes for WebRTC's speech detection with its collector. */
export const webrtcParams: readonly SystemParam[] = [
  { key: 'vad.mode', label: 'Strictness of WebRTC', default: 3, unit: null, min: 0, max: 3 },
  { key: 'speech.ringSec', label: 'Frames must agree for', default: 0.3, unit: 's', min: 0.03, max: 3 },
  { key: 'speech.share', label: 'Share that must agree', default: 0.9, unit: null, min: 0, max: 0.999 },
];

const plain = (
  key: string,
  label: string,
  value: SystemParam['default'],
  min: number | null = null,
  max: number | null = null,
): SystemParam => ({ key, label, default: value, unit: null, min, max });
const seconds = (key: string, label: string, value: number, min: number, max: number): SystemParam => ({
  key,
  label,
  default: value,
  unit: 's',
  min,
  max,
});

const sileroParams: readonly SystemParam[] = [
  plain('speech.onset', 'Speech starts at', 0.5, 0, 1),
  plain('speech.offset', 'Speech ends below', 0.35, 0, 1),
  seconds('speech.minSpeechSec', 'Shortest speech', 0.25, 0, 10),
  seconds('speech.minSilenceSec', 'Shortest pause', 0.1, 0, 10),
  seconds('speech.padSec', 'Padding of speech', 0.03, 0, 1),
];
const windowParams = (node: string, windowSec: number, hopSec: number): readonly SystemParam[] => [
  seconds(`${node}.windowSec`, 'Voice window', windowSec, 0.2, 10),
  seconds(`${node}.hopSec`, 'Voice window step', hopSec, 0.1, 10),
];
const pauseParam = (value: number): SystemParam => seconds('turns.maxPauseSec', 'Pause inside a turn', value, 0, 5);

const EMBEDDED = ['silero-vad-v6', 'diarist-voice-trunk', 'diarist-voice-head'] as const;

const maxSpeakersParam = plain('clusters.maxSpeakers', 'Most speakers to find', 20, 1, 100);
const methodParam = plain('clusters.method', 'Grouping of voices', 'spectral');

/** A published system and what stands for it on the voices that come with Diarist. */
function withSubstitute(
  system: Omit<SystemDescription, 'version' | 'needsVideo' | 'substitute'>,
  substitute: {
    does: string;
    params: readonly SystemParam[];
    models?: readonly string[];
    optionalModels?: readonly string[];
  },
): readonly SystemDescription[] {
  const common = { version: '1', needsVideo: false };
  return [
    { ...system, ...common, substitute: `${system.id}-substitute` },
    {
      ...common,
      id: `${system.id}-substitute`,
      label: `${system.label} (substitute voice embedding)`,
      description: `Not the published system: ${substitute.does}`,
      models: substitute.models ?? EMBEDDED,
      ...(substitute.optionalModels ? { optionalModels: substitute.optionalModels } : {}),
      params: substitute.params,
    },
  ];
}

const VOICES = EMBEDDED.slice(1);

/** Systems that group windows of speech. */
const windowed: readonly SystemDescription[] = [
  ...withSubstitute(
    {
      id: '3d-speaker-audio-overlap',
      label: '3D-Speaker audio with overlap',
      description:
        '3D-Speaker audio, refined by segmentation-3.0: second and third speakers where the speakers of 10 s windows overlap.',
      models: ['silero-vad-v6', 'campplus-zh-en', 'pyannote-segmentation-3'],
      params: [
        ...sileroParams,
        ...windowParams('embeddings', 1.5, 0.75),
        seconds('local.hopSec', 'Step of the 10 s windows', 1, 0.5, 10),
        methodParam,
        pauseParam(0),
      ],
    },
    {
      does: 'the clustering and the overlap refinement of 3D-Speaker on the voice embedding that comes with Diarist, with overlap if the overlap net of pyannote is installed.',
      optionalModels: ['pyannote-ovl-ami'],
      params: [
        ...sileroParams,
        ...windowParams('embeddings', 1.5, 0.75),
        ...windowParams('fine', 0.75, 0.25),
        methodParam,
        pauseParam(0),
      ],
    },
  ),
  ...withSubstitute(
    {
      id: 'av-diarization-audio',
      label: 'av-diarization, audio part',
      description:
        'What av-diarization does by sound: Silero, ECAPA voices of 2 s every 0.2 s, grouped by its own thresholds.',
      models: ['silero-vad-v6', 'ecapa-voxceleb'],
      params: [...sileroParams, ...windowParams('embeddings', 2, 0.2), maxSpeakersParam, pauseParam(0)],
    },
    {
      does: 'the windows and thresholds of av-diarization on the voice embedding that comes with Diarist.',
      params: [...sileroParams, ...windowParams('embeddings', 2, 0.2), maxSpeakersParam, pauseParam(0)],
    },
  ),
  ...withSubstitute(
    {
      id: 'av-diarization-audio-2020',
      label: 'av-diarization of 2020, audio part',
      description:
        'What av-diarization did by sound in 2020: WebRTC, ResNetSE34V2 voices of 2 s every 0.2 s, grouped by its own thresholds.',
      models: ['resnetse34v2'],
      params: [...webrtcParams, ...windowParams('embeddings', 2, 0.2), maxSpeakersParam, pauseParam(0)],
    },
    {
      does: 'the windows and thresholds of av-diarization on WebRTC and the voice embedding that comes with Diarist.',
      models: VOICES,
      params: [...webrtcParams, ...windowParams('embeddings', 2, 0.2), maxSpeakersParam, pauseParam(0)],
    },
  ),
  {
    id: 'vbx',
    label: 'VBx',
    version: '1',
    description:
      'Variational Bayes clustering with its published presets on WeSpeaker ResNet34-LM voices (in place of its ResNet101), without PLDA.',
    needsVideo: false,
    models: ['silero-vad-v6', 'wespeaker-resnet34-lm'],
    params: [
      ...sileroParams,
      ...windowParams('embeddings', 1.44, 0.24),
      plain('clusters.preset', 'Published settings', 'dihard-2'),
      maxSpeakersParam,
      pauseParam(0),
    ],
    substitute: 'vbx-substitute',
  },
  ...withSubstitute(
    {
      id: 'ecapa-kmeans',
      label: 'SpeechBrain ECAPA and k-means',
      description: 'ECAPA voices grouped by k-means; the number of speakers must be given (else two are taken).',
      models: ['silero-vad-v6', 'ecapa-voxceleb'],
      params: [
        ...sileroParams,
        ...windowParams('embeddings', 1.5, 0.75),
        plain('clusters.speakers', 'Speakers where none are given', 2, 1, 100),
        pauseParam(0),
      ],
    },
    {
      does: 'k-means on the voice embedding that comes with Diarist; the number of speakers must be given (else two are taken).',
      params: [
        ...sileroParams,
        ...windowParams('embeddings', 1.5, 0.75),
        plain('clusters.speakers', 'Speakers where none are given', 2, 1, 100),
        pauseParam(0),
      ],
    },
  ),
];

/** The two pipelines of pyannote.audio, each with what stands for it. */
const pyannote: readonly SystemDescription[] = (
  [
    [
      'pyannote-3.1',
      'pyannote 3.1',
      'Speakers of 10 s windows by segmentation-3.0, their voices by WeSpeaker ResNet34-LM, centroid linkage over all windows.',
    ],
    [
      'community-1',
      'pyannote community-1',
      'As pyannote 3.1, with variational Bayes clustering (without its PLDA) and no two speakers of a window alike.',
    ],
  ] as const
).flatMap(([id, label, description]): SystemDescription[] => {
  const params = [
    plain('segments.exclusive', 'One speaker at a time', false),
    plain('segments.maxSpeakers', 'Most speakers to find', 20, 1, 100),
  ];
  return [
    {
      id,
      label,
      version: '1',
      description,
      needsVideo: false,
      models: ['pyannote-segmentation-3', 'wespeaker-resnet34-lm'],
      params: [seconds('local.hopSec', 'Step of the windows', 1, 0.5, 10), ...params, pauseParam(0)],
      substitute: `${id}-substitute`,
    },
    {
      id: `${id}-substitute`,
      label: `${label} (substitute nets)`,
      version: '1',
      description: `Not the published system: the clustering of ${label} on speakers of 10 s windows found by the voice embedding that comes with Diarist, with overlap if the overlap net of pyannote is installed.`,
      needsVideo: false,
      models: EMBEDDED,
      optionalModels: ['pyannote-ovl-ami'],
      params: [
        ...sileroParams,
        ...windowParams('embeddings', 1.5, 0.75),
        ...windowParams('fine', 0.75, 0.25),
        ...params,
        pauseParam(0.5),
      ],
    },
  ];
});

const sortformer: SystemDescription = {
  id: 'sortformer',
  label: 'Sortformer',
  version: '1',
  description:
    'NVIDIA’s end-to-end net for up to four speakers and 15 minutes, not for commercial use. Matrices it made elsewhere are read by diarist convert --post.',
  needsVideo: false,
  models: ['sortformer-4spk-v1'],
  params: [plain('segments.post', 'Published post-processing', 'dihard3'), pauseParam(0)],
};

/** Systems of others that need no net. */
const netless: readonly SystemDescription[] = [
  {
    id: 'lium',
    label: 'LIUM',
    version: '1',
    description:
      'LIUM SpkDiarization without trained models: changes by GLR, clusters by BIC, borders by Viterbi. It needs no net; WebRTC finds the speech.',
    needsVideo: false,
    models: [],
    params: [
      ...webrtcParams,
      seconds('segments.windowSec', 'Window of changes', 2.5, 0.5, 10),
      plain('segments.linearLambda', 'Penalty between neighbours', 2, 0, 20),
      plain('segments.hierarchicalLambda', 'Penalty between all', 3, 0, 20),
      plain('segments.clustering', 'After the BIC', 'bic'),
      plain('segments.clrThreshold', 'Cross likelihood of one speaker', 1.7, 0, 10),
      plain('segments.maxSpeakers', 'Most speakers to find', 100, 1, 100),
      seconds('turns.maxPauseSec', 'Pause inside a turn', 0, 0, 5),
    ],
  },
  {
    id: 'alize',
    label: 'ALIZÉ LIA_SpkSeg',
    version: '1',
    description:
      'LIA_SpkSeg of ALIZÉ: one speaker after another is taken out of the speech by an evolutive HMM. It needs no net; WebRTC finds the speech.',
    needsVideo: false,
    models: [],
    params: [
      ...webrtcParams,
      plain('segments.alpha', 'Height of a change', 1.5, 0, 10),
      seconds('segments.selectionSec', 'Speech to start a speaker', 6, 0.6, 60),
      seconds('segments.speakerSec', 'Least speech of a speaker', 6, 0.6, 60),
      seconds('segments.resegmentationSec', 'Least speech at the end', 8, 0, 60),
      plain('segments.components', 'Gaussians of a speaker', 16, 1, 64),
      plain('segments.gamma', 'Weight of staying', 9, 1, 1000),
      plain('segments.maxSpeakers', 'Most speakers to find', 40, 1, 100),
      seconds('turns.maxPauseSec', 'Pause inside a turn', 0, 0, 5),
    ],
  },
];

/** Published systems whose recipes stand in files of their own, in the order people see them. */
export const publishedSystems: readonly SystemDescription[] = [...pyannote, ...windowed, sortformer, ...netless];
