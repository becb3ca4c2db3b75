import { z } from 'zod';
import { hypothesisSegmentSchema } from '#shared/domain/hypothesis.ts';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { ArtifactRef } from '#shared/engine/protocol.ts';
import { decodedFile, decodedSchema, pcmStage } from './media-stages.ts';
import type { StageEntry } from './stage-files.ts';

const hypothesisSchema = z.object({ segments: z.array(hypothesisSegmentSchema) });

/** The turns an output node left in `hypothesis.json`. */
export const readHypothesis = async (output: StageEntry): Promise<HypothesisSegment[]> =>
  (await output.readJson('hypothesis.json', hypothesisSchema)).segments;

/** Seconds decoded against what the container promises; 0 of 0 for media without sound. */
export async function readDecoded(
  entries: ReadonlyMap<string, StageEntry>,
): Promise<{ decodedSec: number; expectedSec: number }> {
  const pcm = [...entries.values()].find((entry) => entry.meta.stageId === pcmStage.id);
  if (!pcm) return { decodedSec: 0, expectedSec: 0 };
  const { decodedSec, expectedSec } = await pcm.readJson(decodedFile, decodedSchema);
  return { decodedSec, expectedSec };
}

/** Every file of every stage: by its name in the protocol where it has one, else as `node/file`. */
export function collectArtifacts(entries: ReadonlyMap<string, StageEntry>): ArtifactRef[] {
  return [...entries].flatMap(([nodeId, entry]) => {
    const names = new Map(Object.entries(entry.meta.artifacts).map(([name, file]) => [file, name]));
    return entry.meta.files.map((file) => ({
      name: names.get(file.name) ?? `${nodeId}/${file.name}`,
      key: entry.key,
      path: entry.path(file.name),
      sizeBytes: file.sizeBytes,
    }));
  });
}
