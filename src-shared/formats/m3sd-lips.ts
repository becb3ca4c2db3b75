import { lipBoxAt, trackRowValues } from '../evidence/face-schemas.ts';
import { JsonObject, toJson } from './json/model.ts';
import { serialiseJson } from './json/serialise.ts';
import type { WrittenLabels } from './registry.ts';
import { roundTo } from './text/numbers.ts';

/** Values of a row of the lips: openings, box, probability of the mesh and what else was measured. */
export const lipRowValues = 10;
/** Place of the probability that the mesh sees a face. */
export const meshProbabilityAt = 6;

/** Faces and lips as the second pass over the picture leaves them; all boxes are shares of the picture. */
export interface LipEvidence {
  /** Frames of 1/25 s from t = 0; the rows of a track follow one another. */
  tracks: readonly { id: number; firstFrame: number; frameCount: number; firstRow: number }[];
  /** `trackRowValues` a row: x1, y1, x2, y2, score, points. */
  faces: Float32Array;
  /** `lipRowValues` a row; NaN where nobody looked. */
  lips: Float32Array;
  /** Below this the mesh is unsure. */
  minMeshProbability: number;
}

/**
 * Regions of interest in M3SD's shape: every face of every track in every frame with `lip`, the bounds of its lips in
 * pixels, or an empty list where no mesh was found or nobody speaks, as M3SD has it.
 *
 * @param idOf name of a track; several tracks may share one, such as that of their person. Default: the track's number
 */
export function roiFromLips(
  evidence: LipEvidence,
  picture: { widthPx: number; heightPx: number },
  idOf: (trackId: number) => string = String,
): WrittenLabels {
  const { tracks, faces, lips } = evidence;
  const x = (share: number) => roundTo(share * picture.widthPx, 2);
  const y = (share: number) => roundTo(share * picture.heightPx, 2);
  const frames = new Map<number, ReturnType<typeof toJson>[]>();
  let without = 0;
  for (const { id, firstFrame, frameCount, firstRow } of tracks) {
    for (let at = 0; at < frameCount; at++) {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = faces.subarray((firstRow + at) * trackRowValues);
      const row = lips.subarray((firstRow + at) * lipRowValues, (firstRow + at + 1) * lipRowValues);
      const lip = lipOf(row);
      if (!lip) without++;
      const face = {
        id: idOf(id),
        ...{ x1: x(x1), y1: y(y1), x2: x(x2), y2: y(y2) },
        lip: lip ? [x(lip.x1), y(lip.y1), x(lip.x2), y(lip.y2)] : [],
      };
      const frame = frames.get(firstFrame + at);
      if (frame) frame.push(toJson(face));
      else frames.set(firstFrame + at, [toJson(face)]);
    }
  }
  const root = new JsonObject(
    [...frames].sort(([a], [b]) => a - b).map(([frame, found]) => [String(frame), toJson(found)] as const),
  );
  const total = tracks.reduce((sum, { frameCount }) => sum + frameCount, 0);
  const warnings =
    without > 0 ? [`${without} of ${total} face(s) have no lips: nobody speaks then, or no mesh was found.`] : [];
  return { text: `${serialiseJson(root, 1)}\n`, warnings };

  function lipOf(row: Float32Array): { x1: number; y1: number; x2: number; y2: number } | null {
    if (!(row[meshProbabilityAt]! >= evidence.minMeshProbability)) return null;
    const [cx = 0, cy = 0, w = 0, h = 0] = row.subarray(lipBoxAt);
    return { x1: cx - w / 2, y1: cy - h / 2, x2: cx + w / 2, y2: cy + h / 2 };
  }
}
