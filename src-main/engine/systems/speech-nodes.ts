import type { SpeechSourceId } from '#shared/engine/system-variants.ts';
import {
  crdnnSpeechStage,
  fsmnSpeechStage,
  pyannoteSpeechRegionsStage,
  pyannoteVadStage,
  tenMsVadStage,
} from '../audio/speech-sources/posterior-speech.ts';
import { crdnnStage, fsmnStage } from '../audio/speech-sources/ten-ms-stage.ts';
import { pyannoteSpeechStage } from '../audio/pyannote-frames.ts';
import { sileroVadStage } from '../audio/silero-vad.ts';
import { speechRegionsStage } from '../audio/speech-regions.ts';
import { webrtcSpeechStage, webrtcVadStage } from '../audio/webrtc/webrtc-stages.ts';
import type { RecipeNode } from '../stage.ts';

/**
 * How a recipe finds speech: nodes that end with `vad` (speech probability every 32 ms) and `speech` (regions), from node
 * `pcm`. Any of them may stand for any other.
 */
export const speechNodes = {
  silero: [
    { id: 'vad', stage: sileroVadStage, inputs: ['pcm'], costPerHour: 10 },
    { id: 'speech', stage: speechRegionsStage, inputs: ['pcm', 'vad'], costPerHour: 0.1 },
  ],
  webrtc: [
    { id: 'vad', stage: webrtcVadStage, inputs: ['pcm'], costPerHour: 2 },
    { id: 'speech', stage: webrtcSpeechStage, inputs: ['pcm', 'vad'], costPerHour: 0.1 },
  ],
  pyannote: [
    { id: 'sad', stage: pyannoteSpeechStage, inputs: ['pcm'], costPerHour: 160 },
    { id: 'vad', stage: pyannoteVadStage, inputs: ['pcm', 'sad'], costPerHour: 0.1 },
    { id: 'speech', stage: pyannoteSpeechRegionsStage, inputs: ['pcm', 'sad'], costPerHour: 0.1 },
  ],
  crdnn: [
    { id: 'sad', stage: crdnnStage, inputs: ['pcm'], costPerHour: 60 },
    { id: 'vad', stage: tenMsVadStage, inputs: ['pcm', 'sad'], costPerHour: 0.1 },
    { id: 'speech', stage: crdnnSpeechStage, inputs: ['pcm', 'sad'], costPerHour: 0.1 },
  ],
  fsmn: [
    { id: 'sad', stage: fsmnStage, inputs: ['pcm'], costPerHour: 30 },
    { id: 'vad', stage: tenMsVadStage, inputs: ['pcm', 'sad'], costPerHour: 0.1 },
    { id: 'speech', stage: fsmnSpeechStage, inputs: ['pcm', 'sad'], costPerHour: 0.1 },
  ],
} as const satisfies Record<SpeechSourceId, readonly RecipeNode[]>;
