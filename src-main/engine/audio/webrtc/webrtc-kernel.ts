import type { Kernel } from '../../kernel.ts';
import { PcmReader } from '../pcm-reader.ts';
import { WebRtcVad } from './webrtc-vad.ts';
import type { WebRtcMode } from './webrtc-vad.ts';

/** 30 ms at 16 kHz. */
export const WEBRTC_FRAME_SAMPLES = 480;
/** About 15 ms of work. */
const FRAMES_PER_READ = 2000;

/** Frames that are looked at: like the wrapper that av-diarization uses, one that ends with the sound is not. */
export const webrtcFrameCount = (samples: number): number =>
  Math.floor(Math.max(0, samples - 1) / WEBRTC_FRAME_SAMPLES);

/** Decisions of WebRTC's voice activity detection, 1 or 0 for each 30 ms. In one go: each frame depends on all before. */
export const webrtcVad: Kernel<{ pcmPath: string; mode: WebRtcMode }, Float32Array> = async (context, input) => {
  const pcm = new PcmReader(input.pcmPath);
  try {
    const vad = new WebRtcVad(input.mode);
    const out = new Float32Array(webrtcFrameCount(pcm.totalSamples));
    const block = new Int16Array(FRAMES_PER_READ * WEBRTC_FRAME_SAMPLES);
    for (let k = 0; k < out.length; k++) {
      const at = k % FRAMES_PER_READ;
      if (at === 0) {
        context.checkCancelled();
        pcm.readInt16(k * WEBRTC_FRAME_SAMPLES, block);
      }
      out[k] = vad.isSpeech(block.subarray(at * WEBRTC_FRAME_SAMPLES, (at + 1) * WEBRTC_FRAME_SAMPLES)) ? 1 : 0;
    }
    return { output: out, transfer: [out.buffer] };
  } finally {
    pcm.close();
  }
};
