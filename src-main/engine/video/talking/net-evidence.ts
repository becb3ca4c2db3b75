import type { StageContext } from '../../stage.ts';
import { logOddsOf } from './calibration.ts';
import { jointIndexFile, jointIndexSchema, jointScoreFile } from './joint-consumer.ts';
import { mssgIndexFile, mssgIndexSchema, mssgScoreFile } from './mssg-consumer.ts';
import { MSSG_GRAPH_ID } from './mssg-graph.ts';
import { netScores, seenNet } from './net-scores.ts';
import { jointNets } from './speaker-nets.ts';
import type { FacesAndSound } from './talk-input.ts';

/** Nets that hear while they see cannot be moved to another offset; up to this one they are of use, frames. */
const MOST_JOINT_OFFSET_FRAMES = 2;

export interface NetEvidence {
  /** Their ids. */
  readonly nets: readonly string[];
  /** Mean of the nets' calibrated log odds by row, NaN where none looked; null without a net. */
  readonly logOdds: Float32Array | null;
}

/** What active-speaker nets say of each row: late fusion of those that looked. */
export async function netEvidence(
  context: StageContext<unknown>,
  faces: FacesAndSound,
  offsetFrames: number,
): Promise<NetEvidence> {
  const found: { id: string; logOdds: Float32Array }[] = [];
  const seen = await seenNet(context);
  if (seen) {
    const scores = await netScores(context, seen, faces, offsetFrames);
    found.push({ id: seen.id, logOdds: logOddsOf(seen.calibration, scores, scores.length) });
  }
  const views = context.input('face-views');
  for (const net of Math.abs(offsetFrames) <= MOST_JOINT_OFFSET_FRAMES ? jointNets : []) {
    const { used } = await views.readJson(jointIndexFile(net), jointIndexSchema);
    if (!used) continue;
    const scores = await views.readFloat32(jointScoreFile(net));
    found.push({ id: net.id, logOdds: logOddsOf(net.calibration, scores, scores.length) });
  }
  // Whatever weights a person adds: what they say is taken for log odds as it is.
  const { used } = await views.readJson(mssgIndexFile, mssgIndexSchema);
  if (used && Math.abs(offsetFrames) <= MOST_JOINT_OFFSET_FRAMES) {
    found.push({ id: MSSG_GRAPH_ID, logOdds: await views.readFloat32(mssgScoreFile) });
  }
  return { nets: found.map(({ id }) => id), logOdds: meanKnown(found.map(({ logOdds }) => logOdds)) };
}

function meanKnown(all: readonly Float32Array[]): Float32Array | null {
  const [first] = all;
  if (!first || all.length === 1) return first ?? null;
  return first.map((_, row) => {
    const known = all.map((values) => values[row]!).filter((value) => !Number.isNaN(value));
    return known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}
