import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cepstralWindows } from '#engine/audio/cepstral-windows.ts';
import { melFrameCount } from '#engine/audio/log-mel.ts';
import { SAMPLE_RATE_HZ } from '#engine/audio/pcm-reader.ts';
import { sileroVad, vadStepCount, VAD_STEP_SAMPLES } from '#engine/audio/silero-kernel.ts';
import { localKernelContext } from '#engine/audio/testing/local-kernels.ts';
import { speechRegions } from '#engine/audio/vad-timestamps.ts';
import { voiceCepstra } from '#engine/audio/voice-cepstra-kernel.ts';
import { voiceLevel } from '#engine/audio/voice-level-kernel.ts';
import { TRUNK_RATE_HZ, TRUNK_SIZE, voiceTrunk } from '#engine/audio/voice-trunk-kernel.ts';
import { layWindows } from '#engine/audio/voice-windows.ts';
import type { VoiceWindow } from '#engine/audio/voice-windows.ts';
import { voiceWindows } from '#engine/audio/voice-windows-kernel.ts';
import { parseRttm } from '#shared/formats/rttm.ts';
import type { Turn } from '#shared/formats/turn.ts';

/** Bytes before the samples of the WAV files that `bench -- conversations` writes. */
const HEADER_BYTES = 44;
/** Steps of Silero's lanes, as the stage has them. */
const LANE_STEPS = 960;
const WARM_UP_STEPS = 64;

/** What a conversation sounds like to Diarist audio before any clustering. */
export interface HeardConversation extends HeardWindows {
  id: string;
  turns: Turn[];
  /** The short windows that turns are placed with; only when they were asked for. */
  fine?: HeardWindows;
}

export interface HeardWindows {
  windows: VoiceWindow[];
  /** Unit-length voices of the windows. */
  voices: Float32Array;
  /** Unit-length cepstral statistics of the windows. */
  cepstra: Float32Array;
}

/** Nets of the voice embedding. */
export interface VoiceNet {
  trunkPath: string;
  headPath: string;
}

/**
 * Reads composed conversations in this process, without ffmpeg and engine. What does not depend on the voice net is kept in
 * `.heard` beside the recordings, so that another net takes seconds a conversation less.
 */
export class ConversationReader {
  readonly #context = localKernelContext();
  readonly #net: VoiceNet;
  readonly #sileroPath: string;

  constructor(net: VoiceNet, sileroPath: string) {
    this.#net = net;
    this.#sileroPath = sileroPath;
  }

  /** @param withFine whether to hear the short windows too */
  async read(rttmPath: string, withFine = false): Promise<HeardConversation> {
    const { dir, name: id } = path.parse(rttmPath);
    const { turns } = parseRttm(await readFile(rttmPath, 'utf8'), { file: rttmPath });
    const kept = path.join(dir, '.heard');
    await mkdir(kept, { recursive: true });
    // Of this process alone: two fits may read one folder.
    const pcmPath = path.join(kept, `sound-${process.pid}.s16`);
    await writeFile(pcmPath, (await readFile(path.join(dir, `${id}.wav`))).subarray(HEADER_BYTES));
    const samples = Math.floor((await stat(pcmPath)).size / 2);
    const input = async () => ({
      pcmPath,
      gain: (await voiceLevel(this.#context, { pcmPath })).output,
      firstMel: 0,
      endMel: melFrameCount(samples),
    });
    const probabilities = await keptArray(path.join(kept, `${id}.vad.f32`), () => this.#vad(pcmPath, samples));
    const blocks = await keptArray(
      path.join(kept, `${id}.cepstra.f32`),
      async () => (await voiceCepstra(this.#context, await input())).output,
    );
    const regions = speechRegions(probabilities, VAD_STEP_SAMPLES / SAMPLE_RATE_HZ, samples / SAMPLE_RATE_HZ, {
      onset: 0.2,
      offset: 0.1,
      minSpeechSec: 0.25,
      minSilenceSec: 0.1,
      padSec: 0.03,
    });
    const { output: frames } = await voiceTrunk(this.#context, { modelPath: this.#net.trunkPath, ...(await input()) });
    const framesPath = path.join(kept, `frames-${process.pid}.f32`);
    await writeFile(framesPath, new Uint8Array(frames.buffer, frames.byteOffset, frames.byteLength));
    const frameCount = frames.length / TRUNK_SIZE;
    const hear = async (windows: VoiceWindow[]): Promise<HeardWindows> => {
      const ranges = Int32Array.from(
        windows.flatMap(({ startSec, endSec }) => {
          const first = Math.max(0, Math.min(frameCount - 1, Math.floor(startSec * TRUNK_RATE_HZ)));
          return [first, Math.max(first + 1, Math.min(frameCount, Math.floor(endSec * TRUNK_RATE_HZ)))];
        }),
      );
      const { output: voices } = await voiceWindows(this.#context, {
        modelPath: this.#net.headPath,
        framesPath,
        ranges,
      });
      const startSec = windows.map((window) => window.startSec);
      const endSec = windows.map((window) => window.endSec);
      return { windows, voices, cepstra: cepstralWindows(blocks, startSec, endSec) };
    };
    const heard = await hear(layWindows(regions, 1.5, 0.75));
    const fine = withFine ? { fine: await hear(layWindows(regions, 0.75, 0.25)) } : {};
    await rm(pcmPath);
    await rm(framesPath);
    return { id, turns, ...heard, ...fine };
  }

  async #vad(pcmPath: string, samples: number): Promise<Float32Array> {
    const steps = vadStepCount(samples);
    const out = new Float32Array(steps);
    for (let firstStep = 0; firstStep < steps; firstStep += 8 * LANE_STEPS) {
      const lanes = Math.min(8, Math.ceil((steps - firstStep) / LANE_STEPS));
      const { output } = await sileroVad(this.#context, {
        modelPath: this.#sileroPath,
        pcmPath,
        firstStep,
        laneSteps: LANE_STEPS,
        lanes,
        warmUpSteps: WARM_UP_STEPS,
      });
      out.set(output, firstStep);
    }
    return out;
  }
}

/** The array in the file, computed and written there if it is not. */
async function keptArray(file: string, compute: () => Promise<Float32Array>): Promise<Float32Array> {
  try {
    const bytes = await readFile(file);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  } catch {
    const array = await compute();
    const part = `${file}.${process.pid}`;
    await writeFile(part, new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    await rename(part, file);
    return array;
  }
}
