import { frameSize, FrameStream, type FrameSize } from '#media/frames.ts';
import { packageTools } from '#media/find-tools.ts';
import { probeMedia } from '#media/probe.ts';
import type { Box } from '../face-detect/detection.ts';

/** A frame of a clip with the box of the one face in it. */
export interface FacePicture {
  readonly size: FrameSize;
  readonly data: Uint8Array;
  readonly face: Box;
}

/** The first frame of a clip, as it is. */
export async function firstFrame(file: string): Promise<{ size: FrameSize; data: Uint8Array<ArrayBuffer> }> {
  const tools = await packageTools();
  const probe = await probeMedia(tools, file);
  const stream = new FrameStream(
    tools,
    { path: file, probe, choice: { range: null } },
    { maxWidthPx: 1280, maxHeightPx: 1280 },
  );
  for await (const frame of stream) return { size: stream.size, data: frame.keep() };
  throw new Error(`${file} has no frame`);
}

/** A grey 16:9 frame of `widthPx` with a little noise. */
export function greyFrame(widthPx: number, random: () => number): { size: FrameSize; data: Uint8Array<ArrayBuffer> } {
  const size = frameSize({ widthPx, heightPx: (widthPx * 9) / 16, rotationDeg: 0 }, widthPx, widthPx);
  const pixels = size.widthPx * size.heightPx;
  const data = new Uint8Array((pixels * 3) / 2).fill(128, pixels);
  for (let at = 0; at < pixels; at++) data[at] = 70 + 20 * random();
  return { size, data };
}

/** Puts the head of a picture at (x, y), made smaller so that its face is `facePx` wide. @returns the face's box there */
export function pasteFace(
  into: { size: FrameSize; data: Uint8Array },
  from: FacePicture,
  x: number,
  y: number,
  facePx: number,
): Box {
  const { face } = from;
  const width = face.x2 - face.x1;
  const scale = facePx / width;
  const centreX = (face.x1 + face.x2) / 2;
  const centreY = (face.y1 + face.y2) / 2;
  const half = Math.floor(
    Math.min(
      0.95 * width,
      centreX,
      centreY,
      from.size.pictureWidthPx - centreX - 1,
      from.size.pictureHeightPx - centreY - 1,
    ),
  );
  const side = Math.floor(2 * half * scale);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const mean = meanOf(from, centreX - half + column / scale, centreY - half + row / scale, 1 / scale);
      setPixel(into, x + column, y + row, mean);
    }
  }
  const at = (value: number, centre: number, start: number): number => start + (value - centre + half) * scale;
  return {
    x1: at(face.x1, centreX, x),
    y1: at(face.y1, centreY, y),
    x2: at(face.x2, centreX, x),
    y2: at(face.y2, centreY, y),
  };
}

function meanOf({ size, data }: FacePicture, x: number, y: number, side: number): [number, number, number] {
  const [uAt, vAt, stride] = planes(size);
  const sum: [number, number, number] = [0, 0, 0];
  let count = 0;
  for (let row = Math.floor(y); row < y + side; row++) {
    for (let column = Math.floor(x); column < x + side; column++) {
      const chroma = (row >> 1) * stride + (column >> 1);
      sum[0] += data[row * size.widthPx + column]!;
      sum[1] += data[uAt + chroma]!;
      sum[2] += data[vAt + chroma]!;
      count++;
    }
  }
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

function setPixel(
  { size, data }: { size: FrameSize; data: Uint8Array },
  x: number,
  y: number,
  [luma, u, v]: readonly [number, number, number],
): void {
  const [uAt, vAt, stride] = planes(size);
  data[y * size.widthPx + x] = luma;
  data[uAt + (y >> 1) * stride + (x >> 1)] = u;
  data[vAt + (y >> 1) * stride + (x >> 1)] = v;
}

function planes({ widthPx, heightPx }: FrameSize): [uAt: number, vAt: number, stride: number] {
  return [widthPx * heightPx, widthPx * heightPx * 1.25, widthPx >> 1];
}
