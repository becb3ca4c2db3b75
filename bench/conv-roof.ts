import { InferenceSession, Tensor } from 'onnxruntime-node';

/**
 * What one core of this machine can do at best: GFLOP/s of eight 3×3 convolutions of 256 channels on a 56×56 picture.
 * Speeds are quoted as shares of it, so that they can be compared between machines and busy moments.
 */
const CHANNELS = 256;
const SIDE = 56;
const LAYERS = 8;
const KERNEL = 3;

/** FLOP of one run; a multiply-add is two. */
export const ROOF_FLOP = LAYERS * 2 * CHANNELS * CHANNELS * KERNEL * KERNEL * SIDE * SIDE;

/** @returns GFLOP per CPU second, the best of `runs` on one thread; other programs' load does not lower it much */
export async function convRoof(runs = 8): Promise<number> {
  const session = await InferenceSession.create(convolutionNet(), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const input = new Tensor('float32', new Float32Array(CHANNELS * SIDE * SIDE).fill(0.01), [1, CHANNELS, SIDE, SIDE]);
  let best = Infinity;
  for (let run = 0; run < runs; run++) {
    const before = process.cpuUsage();
    await session.run({ x0: input });
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
  }
  await session.release();
  return ROOF_FLOP / best / 1e3;
}

/** The net as an ONNX file: protocol buffers written by hand (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
function convolutionNet(): Uint8Array {
  const weights = new Float32Array(CHANNELS * CHANNELS * KERNEL * KERNEL).map((_, i) => ((i % 17) - 8) / 10_000);
  const initializer = message(
    ...[CHANNELS, CHANNELS, KERNEL, KERNEL].map((size) => integer(1, size)),
    integer(2, 1),
    text(8, 'w'),
    bytes(9, new Uint8Array(weights.buffer)),
  );
  const ints = (name: string, values: readonly number[]): Uint8Array =>
    bytes(5, message(text(1, name), ...values.map((value) => integer(8, value)), integer(20, 7)));
  const nodes = Array.from({ length: LAYERS }, (_, layer) =>
    bytes(
      1,
      message(
        text(1, `x${layer}`),
        text(1, 'w'),
        text(2, `x${layer + 1}`),
        text(4, 'Conv'),
        ints('pads', [1, 1, 1, 1]),
        ints('kernel_shape', [KERNEL, KERNEL]),
      ),
    ),
  );
  const shape = message(...[1, CHANNELS, SIDE, SIDE].map((size) => bytes(1, message(integer(1, size)))));
  const value = (name: string): Uint8Array =>
    message(text(1, name), bytes(2, message(bytes(1, message(integer(1, 1), bytes(2, shape))))));
  const graph = message(
    ...nodes,
    text(2, 'roof'),
    bytes(5, initializer),
    bytes(11, value('x0')),
    bytes(12, value(`x${LAYERS}`)),
  );
  return message(integer(1, 8), bytes(7, graph), bytes(8, message(text(1, ''), integer(2, 13))));
}

function varint(value: number): number[] {
  const out: number[] = [];
  while (value >= 128) {
    out.push((value % 128) + 128);
    value = Math.floor(value / 128);
  }
  return [...out, value];
}
const message = (...fields: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(fields));
const integer = (field: number, value: number): Uint8Array => Uint8Array.from([...varint(field * 8), ...varint(value)]);
const bytes = (field: number, content: Uint8Array): Uint8Array =>
  message(Uint8Array.from([...varint(field * 8 + 2), ...varint(content.length)]), content);
const text = (field: number, content: string): Uint8Array => bytes(field, new TextEncoder().encode(content));
