import type { ApiOutput } from '#shared/api/contract.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { DocRecord } from '#shared/domain/records.ts';
import { fileQualitySchema, qualityArtifacts, QualitySeconds, spanQuality } from '#shared/quality/quality.ts';
import type { Artifacts } from './artifacts.ts';

/** Values of the file and of each of its segments, from what the quality stage left. */
export async function mediaQuality(
  item: MediaItem,
  records: readonly DocRecord[],
  artifacts: Artifacts,
): Promise<ApiOutput<'quality.get'>> {
  const file = await artifacts.json(item, qualityArtifacts.file, fileQualitySchema);
  const rows = file && (await artifacts.floats(item, qualityArtifacts.seconds));
  if (!file || !rows) return null;
  const seconds = new QualitySeconds(rows);
  const segments = records.flatMap((record) =>
    record.kind === 'segment' ? [{ segmentId: record.id, values: spanQuality(file, seconds, record) }] : [],
  );
  return { file: file.values, segments };
}
