import { z } from 'zod';
import type { Stage } from '../../stage.ts';
import { pcmSampleCount, SAMPLE_RATE_HZ } from '../pcm-reader.ts';
import { vadStepCount } from '../silero-kernel.ts';
import { writeSpeech } from '../speech-sources/write-speech.ts';
import { resampledVad } from '../speech-sources/vad-grid.ts';
import { collectSpeech, webrtcCollectorRules } from '../vad-collector.ts';
import { WEBRTC_FRAME_SAMPLES } from './webrtc-kernel.ts';
import type { WebRtcMode } from './webrtc-vad.ts';

const FRAME_SEC = WEBRTC_FRAME_SAMPLES / SAMPLE_RATE_HZ;

const vadParams = z.object({
  mode: z
    .number()
    .int()
    .min(0)
    .max(3)
    .default(3)
    .describe('How much WebRTC holds for noise: 0 lets most sound through as speech, 3 least'),
});

/**
 * Speech or not of every 30 ms by WebRTC's Gaussian mixtures; no net. Outputs: `frames.f32` (1 or 0 a frame), `vad.f32`
 * (the same on the 32 ms grid of the other detectors).
 */
export const webrtcVadStage: Stage<typeof vadParams> = {
  id: 'webrtc-vad',
  version: '1',
  label: 'Listening for speech',
  params: vadParams,
  models: [],
  artifacts: { vad: 'vad.f32' },
  async run(context) {
    const pcmPath = context.input('pcm').path('pcm.s16');
    const mode = context.params.mode as WebRtcMode;
    const frames = await context.kernel('webrtc-vad', { pcmPath, mode });
    await context.writeArray('frames.f32', frames);
    await context.writeArray('vad.f32', resampledVad(frames, FRAME_SEC, vadStepCount(pcmSampleCount(pcmPath))));
  },
};

const speechParams = z.object({
  ringSec: z
    .number()
    .min(0.03)
    .max(3)
    .default(webrtcCollectorRules.ringFrames * FRAME_SEC)
    .describe('Speech begins and ends where the frames of this long agree, seconds'),
  share: z
    .number()
    .min(0)
    .max(0.999)
    .default(webrtcCollectorRules.share)
    .describe('More than this share of them must agree'),
});

/** Speech regions from the frames of node `vad` by the collector of the WebRTC wrapper. Output: `speech.json`. */
export const webrtcSpeechStage: Stage<typeof speechParams> = {
  id: 'webrtc-speech',
  version: '1',
  label: 'Finding speech',
  params: speechParams,
  models: [],
  async run(context) {
    const frames = await context.input('vad').readFloat32('frames.f32');
    const { ringSec, share } = context.params;
    const ringFrames = Math.max(1, Math.round(ringSec / FRAME_SEC));
    await writeSpeech(context, collectSpeech(frames, FRAME_SEC, { ringFrames, share }));
  },
};
