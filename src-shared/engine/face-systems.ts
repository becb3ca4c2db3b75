import type { SystemDescription, SystemParam } from './systems.ts';

const param = (
  key: string,
  label: string,
  value: SystemParam['default'],
  min: number | null = null,
  max: number | null = null,
  unit: string | null = null,
): SystemParam => ({ key, label, default: value, unit, min, max });

/** Of the first look at the picture: faces, cuts, tracks. */
const findingParams = [
  param('face-detect.strideFrames', 'Look for faces every', 5, 1, 25, 'frames'),
  param('face-detect.minScore', 'Least score of a face', 0.5, 0.05, 0.99),
  param('face-detect.longerSidePx', 'Longer side of the picture', 640, 160, 1920, 'px'),
  param('face-detect.pictureShare', 'Share of the picture (S3FD)', 1, 0.05, 1),
  param('face-detect.appearance', 'Features of faces for deepsort', false),
  param('shots.detector', 'How cuts are found', 'adaptive'),
  param('shots.threshold', 'Difference of a cut', 27, 1, 255),
  param('shots.flashRule', 'Bursts of cuts', 'merge'),
  param('shots.minShotFrames', 'Shortest shot', 15, 0, 1000, 'frames'),
  param('shots.ratio', 'Difference over its neighbours', 3, 1, 255),
  param('shots.minScore', 'Least difference of a cut', 15, 0, 255),
  param('shots.windowFrames', 'Neighbours on each side', 2, 1, 25),
  param('face-tracks.tracker', 'How faces are followed', 'iou'),
  param('face-tracks.minIou', 'Overlap of boxes', 0.5, 0, 0.99),
  param('face-tracks.maxGapFrames', 'Longest gap in a track', 25, 1, 250, 'frames'),
  param('face-tracks.minTrackFrames', 'Shortest track', 10, 0, 1000, 'frames'),
  param('face-tracks.minFacePx', 'Smallest face', 1, 0, 1000, 'px'),
  param('face-tracks.medianFrames', 'Smoothing of boxes', 13, 1, 101, 'frames'),
  param('face-tracks.maxIouDistance', 'deepsort: least overlap, from 1', 0.8, 0, 1),
  param('face-tracks.maxCosineDistance', 'deepsort: distance of looks', 0.4, 0, 2),
  param('face-tracks.maxAgeFrames', 'deepsort: given up after', 1000, 1, 100_000, 'frames'),
  param('face-tracks.minHits', 'deepsort: looks of a new face', 1, 1, 100),
  param('face-tracks.minDetectionIou', 'deepsort: overlap that counts', 0.8, 0, 1),
] as const;

/** Of the second look: lips, identity. */
const readingParams = [
  param('face-views.marginSec', 'Margin about speech', 0.5, 0, 10, 's'),
  param('face-views.lipCrops', 'Keep pictures of the lips', false),
  param('face-views.identityNet', 'Net that tells faces apart', 'auto'),
  param('face-views.looksPerSec', 'Faces per second for identity', 1, 0.05, 5),
  param('face-views.maxLooks', 'Faces of a track for identity', 12, 1, 200),
  param('face-views.speakerNet', 'Active-speaker net', 'auto'),
  param('face-views.syncNet', 'SyncNet', 'auto'),
  param('identities.method', 'Grouping of faces', 'average'),
  param('identities.maxDistance', 'Distance of one person', null),
  param('identities.minQuality', 'Least quality of a face', 0.7, 0, 1),
  param('identities.minTogetherFrames', 'Seen together for', 10, 1, 1000, 'frames'),
] as const;

const fusionParams = [
  param('av-turns.faceWeight', 'Weight of faces', 0.2, 0, 1),
  param('av-turns.overlapFrom', 'Two at once from', 0.4, 0.05, 0.99),
  param('av-turns.turnSec', 'Usual length of a turn', 8, 0.1, 60, 's'),
  param('av-turns.maxSpeakers', 'Most speakers to find', 20, 1, 100),
  param('av-turns.sameVoice', 'Likeness of one voice', 0.77, 0, 1),
  param('av-turns.sameFaceVoice', 'Likeness of voice of two faces of one person', 0.92, 0, 1),
  param('av-turns.maxPauseSec', 'Pause inside a turn', 0.3, 0, 5, 's'),
] as const;

const faceNets = ['blazeface', 'face-mesh', 'face-descriptor'] as const;
/** Where a published system has other values than the stages: `node.param` → value. */
const avDiarizationValues = new Map<string, SystemParam['default']>([
  ['shots.detector', 'content'],
  ['face-tracks.minTrackFrames', 50],
  ['face-tracks.minFacePx', 40],
  ['identities.method', 'median'],
]);
const avDiarizationParams: readonly SystemParam[] = [
  ...[...findingParams, ...readingParams].map((one) => ({
    ...one,
    default: avDiarizationValues.get(one.key) ?? one.default,
  })),
  param('embeddings.windowSec', 'Voice window', 2, 0.2, 10, 's'),
  param('embeddings.hopSec', 'Voice window step', 0.2, 0.1, 10, 's'),
  param('av-turns.offScreenCosine', 'Likeness of speech off screen', 0.6, -1, 1),
  param('av-turns.clusterDistance', 'Distance of voices of one speaker', 0.3, 0, 2),
  param('av-turns.bugCompatible', 'With the oddities of the published code', false),
];

/** Nets that better each answer where they are installed: who it is, who talks, whether sound and picture are in step. */
const betterFaceNets = [
  'osnet-ain',
  ...['arcface-ir101', 'arcface-ir50', 'mobilefacenet', 'vggface2-resnet50', 'face-quality'],
  ...['lr-asd-ava', 'light-asd-ava', 'lr-asd-talkset', 'light-asd-talkset'].flatMap((net) =>
    ['audio', 'visual', 'backend'].map((part) => `${net}-${part}`),
  ),
  ...['mssg-face-down', 'talknet', 'mssg-graph'],
  ...['face', 'body', 'head', 'face-small', 'face-down', 'body-large'].map((stream) => `mssg-encoder-${stream}`),
  ...['syncnet-v2', 'syncnet-av-diarization'].flatMap((net) => ['audio', 'visual'].map((part) => `${net}-${part}`)),
];

/** Silero's thresholds as they were published. */
const publishedSpeech = new Map([
  ['speech.onset', 0.5],
  ['speech.offset', 0.35],
]);
const publishedSpeechParams = (audioParams: readonly SystemParam[]): readonly SystemParam[] =>
  audioParams
    .filter(({ key }) => key.startsWith('speech.'))
    .map((one) => ({ ...one, default: publishedSpeech.get(one.key) ?? one.default }));

/**
 * Systems that watch as well as listen.
 * @param audioParams what Diarist audio takes
 * @param webrtcParams what WebRTC's speech detection takes
 */
export const faceSystems = (
  audioParams: readonly SystemParam[],
  webrtcParams: readonly SystemParam[],
): readonly SystemDescription[] => [
  {
    id: 'diarist-av',
    label: 'Diarist AV',
    version: '1',
    description:
      'Who speaks when, from picture and sound together: faces that are seen to talk anchor the voices, voices learned from them label what is said off screen, and both decide together frame by frame.',
    needsVideo: true,
    models: ['silero-vad-v6', 'diarist-voice-trunk', 'diarist-voice-head', ...faceNets],
    optionalModels: [...betterFaceNets, 'pyannote-ovl-ami'],
    params: [
      ...findingParams,
      ...audioParams.filter(({ key }) => !key.startsWith('turns.')),
      ...readingParams,
      ...fusionParams,
    ],
  },
  {
    id: 'av-diarization-2020-substitute',
    label: 'av-diarization 2020 (substitute nets)',
    version: '1',
    description:
      'Not the published system: the decision of av-diarization (Spot the conversation) with WebRTC speech, on who talks and who it is by Diarist’s own stages instead of SyncNet and VGGFace2, and on the voice embedding that comes with Diarist.',
    needsVideo: true,
    models: ['diarist-voice-trunk', 'diarist-voice-head', ...faceNets],
    optionalModels: betterFaceNets,
    params: [...webrtcParams, ...avDiarizationParams],
  },
  {
    id: 'av-diarization-substitute',
    label: 'av-diarization (substitute nets)',
    version: '1',
    description:
      'Not the published system: the newer preset of av-diarization, with Silero speech, on the same substitutes.',
    needsVideo: true,
    models: ['silero-vad-v6', 'diarist-voice-trunk', 'diarist-voice-head', ...faceNets],
    optionalModels: betterFaceNets,
    params: [...publishedSpeechParams(audioParams), ...avDiarizationParams],
  },
  {
    id: '3d-speaker-av-substitute',
    label: '3D-Speaker audio-video (substitute nets)',
    version: '1',
    description:
      'Not the published system: the joint rule of 3D-Speaker for voice clusters and faces, on who talks and who it is by Diarist’s own stages instead of TalkNet, RFB-320 and IR-101, and on the voice embedding that comes with Diarist.',
    needsVideo: true,
    models: ['silero-vad-v6', 'diarist-voice-trunk', 'diarist-voice-head', ...faceNets],
    optionalModels: betterFaceNets,
    params: [
      ...publishedSpeechParams(audioParams),
      ...[...findingParams, ...readingParams].map((one) =>
        one.key === 'face-tracks.maxGapFrames' ? { ...one, default: 10 } : one,
      ),
      ...audioParams.filter(({ key }) => key.startsWith('embeddings.')),
      param('clusters.method', 'Grouping of voices', 'spectral'),
    ],
  },
];
