import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { LogMel, MEL_BANDS, melFrameCount, preEmphasise } from '#engine/audio/log-mel.ts';
import { slidingNormalise } from '#engine/audio/mel-normalise.ts';
import { TRUNK_RATE_HZ, TRUNK_SIZE } from '#engine/audio/voice-trunk-kernel.ts';

const RATE_HZ = 16_000;
const PIECE_SEC = 16;
const ROUNDS = 8;
/** As Diarist audio lays them. */
const WINDOW_SEC = 1.5;
const HOP_SEC = 0.75;

/** CPU seconds per hour of speech, one thread; processor time, so that a busy machine does not count. */
export interface EmbeddingCost {
  frontEnd: number;
  trunk: number;
  /** Windows of 1.5 s every 0.75 s. */
  head: number;
}

export async function embeddingCost(folder: string): Promise<EmbeddingCost> {
  const open = async (name: string): Promise<InferenceSession> =>
    InferenceSession.create(await readFile(path.join(folder, name)), { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const [trunk, head] = [await open('trunk.onnx'), await open('head.onnx')];
  const sound = Float32Array.from(
    { length: PIECE_SEC * RATE_HZ },
    (_, n) => 0.2 * Math.sin(n / 9) * Math.sin(n / 1700) + 0.01 * Math.sin(n * n),
  );
  const perHour = async (work: () => Promise<void>): Promise<number> => {
    await work();
    const before = process.cpuUsage();
    for (let round = 0; round < ROUNDS; round++) await work();
    const { user, system } = process.cpuUsage(before);
    return ((user + system) / 1e6 / (ROUNDS * PIECE_SEC)) * 3600;
  };
  const logMel = new LogMel();
  const frames = melFrameCount(sound.length);
  let mel = new Float32Array(0);
  const frontEnd = await perHour(() => {
    mel = Float32Array.from(slidingNormalise(logMel.fromEmphasised(preEmphasise(sound), frames), 0, frames));
    return Promise.resolve();
  });
  const trunkCost = await perHour(async () => {
    await trunk.run({ mel: new Tensor('float32', mel, [1, frames, MEL_BANDS]) });
  });
  const windows = Math.round(PIECE_SEC / HOP_SEC);
  const length = Math.floor(WINDOW_SEC * TRUNK_RATE_HZ);
  const input = Float32Array.from({ length: windows * length * TRUNK_SIZE }, (_, k) => Math.abs(Math.sin(k)));
  const headCost = await perHour(async () => {
    await head.run({
      frames: new Tensor('float32', input, [windows, length, TRUNK_SIZE]),
      mask: new Tensor('float32', new Float32Array(windows * length).fill(1), [windows, length]),
    });
  });
  return { frontEnd, trunk: trunkCost, head: headCost };
}
