import type { Box } from '../face-detect/detection.ts';
import type { CropRegion } from '../views/crop.ts';

/**
 * MSSG (https://github.com/sdqdlgj/MSSG): encoders of Light-ASD's kind look at regions about a face, and a graph net judges all
 * faces of a frame together. Its encoders are published, weights of the graph net are not; both are slots.
 */
export const MSSG_GRAPH_ID = 'mssg-graph';

/** A region about a face that an encoder looks at. */
export interface MssgStream {
  /** Slot of its encoder in models/registry.json; null: none of ours fills it, its values are 0. */
  readonly encoderId: string | null;
  /** The region of a face's box. */
  readonly region: (box: Box) => Box;
}

/** A box with its sides moved out by shares of its width (left, right) and height (top, bottom). */
const grown =
  (left: number, top: number, right: number, bottom: number) =>
  ({ x1, y1, x2, y2 }: Box): Box => {
    const [width, height] = [x2 - x1, y2 - y1];
    return { x1: x1 - left * width, y1: y1 - top * height, x2: x2 + right * width, y2: y2 + bottom * height };
  };

/** In the order of the values of a node. The background (the whole picture, its faces blacked out) is left out. */
export const mssgStreams: readonly MssgStream[] = [
  { encoderId: 'mssg-encoder-face', region: grown(0, 0, 0, 0) },
  { encoderId: 'mssg-encoder-body', region: grown(0.75, 0, 0.75, 3) },
  { encoderId: 'mssg-encoder-head', region: grown(0.25, 0.25, 0.25, 0.25) },
  { encoderId: null, region: grown(0, 0, 0, 0) },
  { encoderId: 'mssg-encoder-face-small', region: grown(-0.25, -0.4, -0.25, -0.1) },
  { encoderId: 'mssg-encoder-face-down', region: grown(0, -0.5, 0, 0) },
  {
    encoderId: 'mssg-encoder-body-large',
    region: ({ x1, y1, x2, y2 }) => {
      const [width, height] = [x2 - x1, y2 - y1];
      return { x1: x1 - 1.1 * width, y1: y1 - 0.5 * width, x2: x2 + 1.1 * width, y2: y2 + 3 * height };
    },
  },
];

/** Values of an encoder for a frame. */
export const STREAM_DIMS = 128;
/** Width of the face in pixels; centre, width and height as shares of the picture; faces in the frame. */
const PLACE_DIMS = 6;
export const NODE_DIMS = mssgStreams.length * STREAM_DIMS + PLACE_DIMS;
/** Nodes of one graph. */
export const MAX_NODES = 2000;

/** A stream's crop: its region as far as it lies in the picture, whatever its shape. Pixels. */
export function streamCrop({ region }: MssgStream, box: Box, widthPx: number, heightPx: number): CropRegion {
  const { x1, y1, x2, y2 } = region(box);
  const [left, right] = [Math.min(widthPx - 1, Math.max(0, x1)), Math.max(1, Math.min(widthPx, x2))];
  const [top, bottom] = [Math.min(heightPx - 1, Math.max(0, y1)), Math.max(1, Math.min(heightPx, y2))];
  return {
    centreX: (left + right) / 2,
    centreY: (top + bottom) / 2,
    width: Math.max(1, right - left),
    height: Math.max(1, bottom - top),
    angleRad: 0,
  };
}

export interface MssgNode {
  /** Faces of one frame are linked. */
  readonly frame: number;
  /** Shares of the picture. */
  readonly box: Box;
  /** `STREAM_DIMS` values each; null where no encoder is there. */
  readonly streams: readonly (Float32Array | null)[];
}

export interface MssgGraph {
  /** `NODE_DIMS` values a node. */
  readonly nodes: Float32Array<ArrayBuffer>;
  /** Sources, then as many targets: each node to itself and to the other faces of its frame, both ways. */
  readonly edges: BigInt64Array<ArrayBuffer>;
}

/** The graph of nodes in the order of their frames. */
export function mssgGraph(nodes: readonly MssgNode[], pictureWidthPx: number): MssgGraph {
  const values = new Float32Array(nodes.length * NODE_DIMS);
  const sources: number[] = [];
  const targets: number[] = [];
  for (let first = 0; first < nodes.length;) {
    let end = first + 1;
    while (end < nodes.length && nodes[end]!.frame === nodes[first]!.frame) end++;
    for (let at = first; at < end; at++) {
      const { box, streams } = nodes[at]!;
      streams.forEach((stream, place) => stream && values.set(stream, at * NODE_DIMS + place * STREAM_DIMS));
      const [width, height] = [box.x2 - box.x1, box.y2 - box.y1];
      values.set(
        [width * pictureWidthPx, (box.x1 + box.x2) / 2, (box.y1 + box.y2) / 2, width, height, end - first],
        (at + 1) * NODE_DIMS - PLACE_DIMS,
      );
      for (let other = first; other < end; other++) {
        sources.push(at);
        targets.push(other);
      }
    }
    first = end;
  }
  return { nodes: values, edges: BigInt64Array.from([...sources, ...targets], BigInt) };
}

/** Pieces [from, to) of nodes in the order of their frames, at most `MAX_NODES` long where a frame's nodes allow it. */
export function graphPieces(frames: readonly number[], most = MAX_NODES): { from: number; to: number }[] {
  const pieces: { from: number; to: number }[] = [];
  for (let from = 0; from < frames.length;) {
    let to = Math.min(frames.length, from + most);
    // A frame is not parted.
    while (to < frames.length && to > from && frames[to] === frames[to - 1]) to--;
    if (to === from) {
      to = from + 1;
      while (to < frames.length && frames[to] === frames[from]) to++;
    }
    pieces.push({ from, to });
    from = to;
  }
  return pieces;
}
