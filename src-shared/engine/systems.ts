import { faceSystems } from './face-systems.ts';
import { publishedSystems, webrtcParams } from './published-systems.ts';

/**
 * The catalogue of diarization systems that people choose from. Plain data, so that the host can show it without loading
 * the engine; a test keeps it in step with the recipes in src-main/engine/systems.
 */
export interface SystemParam {
  /** `node.param`, as `--set` and a job take it. */
  key: string;
  label: string;
  /** null = what suits the models that are used. */
  default: number | boolean | string | null;
  /** `s`, or null for a plain number. */
  unit: string | null;
  min: number | null;
  max: number | null;
}

export interface SystemDescription {
  id: string;
  label: string;
  version: string;
  /** One or two sentences for people. */
  description: string;
  needsVideo: boolean;
  /** Ids in models/registry.json. */
  models: readonly string[];
  /** Models it works better with and does without when they are not installed. */
  optionalModels?: readonly string[];
  params: readonly SystemParam[];
  /** The same system on the voice embedding that comes with Diarist, for `--substitute`; absent = there is none. */
  substitute?: string;
}

/**
 * Not a system but the rule that is used when none is named: Diarist AV for a file with a picture in which a face is
 * followed, else Diarist audio. What it made names the system that ran.
 */
export const AUTO_SYSTEM = {
  id: 'auto',
  label: 'Automatic',
  description:
    'Diarist AV where a face is found in the picture, otherwise Diarist audio. The answer says which of them ran.',
} as const;

/**
 * The system that stands for one whose own models are missing; it has an id of its own, so that its output says so.
 * @returns null when there is none
 */
export function substituteOf(id: string): string | null {
  return systemDescriptions.find((system) => system.id === id)?.substitute ?? null;
}

const diaristAudioParams: readonly SystemParam[] = [
  { key: 'speech.onset', label: 'Speech starts at', default: 0.2, unit: null, min: 0, max: 1 },
  { key: 'speech.offset', label: 'Speech ends below', default: 0.1, unit: null, min: 0, max: 1 },
  { key: 'speech.minSpeechSec', label: 'Shortest speech', default: 0.25, unit: 's', min: 0, max: 10 },
  { key: 'speech.minSilenceSec', label: 'Shortest pause', default: 0.1, unit: 's', min: 0, max: 10 },
  { key: 'speech.padSec', label: 'Padding of speech', default: 0.03, unit: 's', min: 0, max: 1 },
  { key: 'embeddings.windowSec', label: 'Voice window', default: 1.5, unit: 's', min: 0.2, max: 10 },
  { key: 'embeddings.hopSec', label: 'Voice window step', default: 0.75, unit: 's', min: 0.1, max: 10 },
  { key: 'divisions.maxSpeakers', label: 'Most speakers compared', default: 20, unit: null, min: 1, max: 100 },
  { key: 'clusters.method', label: 'Grouping of voices', default: 'evidence', unit: null, min: null, max: null },
  { key: 'clusters.maxSpeakers', label: 'Most speakers to find', default: 20, unit: null, min: 1, max: 100 },
  { key: 'clusters.splitMore', label: 'Find more speakers', default: 0, unit: null, min: -10, max: 10 },
  { key: 'clusters.sameVoice', label: 'Likeness of one voice', default: 0.77, unit: null, min: 0, max: 1 },
  { key: 'fine.windowSec', label: 'Window to place turns', default: 0.75, unit: 's', min: 0.2, max: 10 },
  { key: 'fine.hopSec', label: 'Step to place turns', default: 0.25, unit: 's', min: 0.1, max: 10 },
  { key: 'turns.maxPauseSec', label: 'Pause inside a turn', default: 0.5, unit: 's', min: 0, max: 5 },
  {
    key: 'turns.doubtPadSec',
    label: 'Wider turns where speech is heard badly',
    default: 0.5,
    unit: 's',
    min: 0,
    max: 1,
  },
];

/** Of systems that take the thresholds of Silero as they were published. */
const publishedThresholds = new Map([
  ['speech.onset', 0.5],
  ['speech.offset', 0.35],
]);
const speechParams = diaristAudioParams
  .filter((param) => param.key.startsWith('speech.'))
  .map((param) => ({ ...param, default: publishedThresholds.get(param.key) ?? param.default }));

/** Windows and turns of systems that place turns by the windows they found the speakers with. */
const windowParams = (windowSec: number, hopSec: number): readonly SystemParam[] => [
  ...speechParams,
  { key: 'embeddings.windowSec', label: 'Voice window', default: windowSec, unit: 's', min: 0.2, max: 10 },
  { key: 'embeddings.hopSec', label: 'Voice window step', default: hopSec, unit: 's', min: 0.1, max: 10 },
  { key: 'turns.maxPauseSec', label: 'Pause inside a turn', default: 0, unit: 's', min: 0, max: 5 },
];

const threeDSpeakerParams: readonly SystemParam[] = [
  ...windowParams(1.5, 0.75),
  { key: 'clusters.method', label: 'Grouping of voices', default: 'spectral', unit: null, min: null, max: null },
];

/** In the order people see them; the first one is the default where there is no usable picture. */
export const systemDescriptions: readonly SystemDescription[] = [
  {
    id: 'diarist-audio',
    label: 'Diarist audio',
    version: '1',
    description:
      'Who speaks when, from sound alone: Silero finds speech, the voice embedding that comes with Diarist tells voices apart, and the number of speakers is estimated unless you give it.',
    needsVideo: false,
    models: ['silero-vad-v6', 'diarist-voice-trunk', 'diarist-voice-head'],
    params: diaristAudioParams,
  },
  ...faceSystems(diaristAudioParams, webrtcParams),
  {
    id: 'diarist-audio-overlap',
    label: 'Diarist audio with overlap',
    version: '1',
    description:
      'Diarist audio, and a second speaker where the overlap net of pyannote (trained on meetings) hears two at once: the one whose voice comes second there.',
    needsVideo: false,
    models: ['silero-vad-v6', 'diarist-voice-trunk', 'diarist-voice-head', 'pyannote-ovl-ami'],
    params: [
      ...diaristAudioParams,
      { key: 'overlaps.onset', label: 'Overlap starts above', default: 0.4009569122662475, unit: null, min: 0, max: 1 },
      { key: 'overlaps.offset', label: 'Overlap ends below', default: 0.4009569122662475, unit: null, min: 0, max: 1 },
      { key: 'overlaps.fillGapSec', label: 'Gap inside an overlap', default: 0.1, unit: 's', min: 0, max: 5 },
      { key: 'overlaps.dropShortSec', label: 'Shortest overlap', default: 0.1, unit: 's', min: 0, max: 5 },
    ],
  },
  {
    id: '3d-speaker-audio',
    label: '3D-Speaker audio',
    version: '1',
    description:
      'The audio chain of 3D-Speaker: CAM++ voice embeddings of 1.5 s, spectral clustering with its published values. Silero finds the speech in place of its FSMN.',
    needsVideo: false,
    models: ['silero-vad-v6', 'campplus-zh-en'],
    params: threeDSpeakerParams,
    substitute: '3d-speaker-audio-substitute',
  },
  {
    id: '3d-speaker-audio-substitute',
    label: '3D-Speaker audio (substitute voice embedding)',
    version: '1',
    description:
      'Not the published system: the clustering of 3D-Speaker on the voice embedding that comes with Diarist instead of CAM++.',
    needsVideo: false,
    models: ['silero-vad-v6', 'diarist-voice-trunk', 'diarist-voice-head'],
    params: threeDSpeakerParams,
  },
  {
    id: 'vbx-substitute',
    label: 'VBx (substitute voice embedding)',
    version: '1',
    description:
      'Not the published system: variational Bayes clustering with published presets on the voice embedding that comes with Diarist, without PLDA.',
    needsVideo: false,
    models: ['silero-vad-v6', 'diarist-voice-trunk', 'diarist-voice-head'],
    params: [
      ...windowParams(1.44, 0.24),
      { key: 'clusters.preset', label: 'Published settings', default: 'dihard-2', unit: null, min: null, max: null },
      { key: 'clusters.maxSpeakers', label: 'Most speakers to find', default: 20, unit: null, min: 1, max: 100 },
    ],
  },
  ...publishedSystems,
];
