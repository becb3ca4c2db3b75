import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { BoxRows, FaceTracks, RowReader, rowCountOf } from '#shared/evidence/face-evidence.ts';
import { avEvidenceSchema, faceArtifacts, trackIndexSchema, trackRowValues } from '#shared/evidence/face-schemas.ts';
import type { EngineResult } from '#shared/engine/protocol.ts';
import type { DiarizedFile } from '#jobs/diarize-files.ts';
import type { FfmpegTools } from '#media/ffmpeg.ts';
import { visualize } from '#media/visualize.ts';
import type { PlannedOutput } from './output-plan.ts';
import type { ProgressReporter } from './progress-line.ts';

/**
 * The video of what was found, where it is wanted and there is a picture.
 * @returns where it is, null for nowhere, and sentences for the person
 * @throws AppError of `visualize`
 */
export async function writeVideo(
  planned: PlannedOutput,
  file: DiarizedFile,
  tools: FfmpegTools,
  { progress, signal }: { progress: ProgressReporter; signal: AbortSignal },
): Promise<{ path: string | null; warnings: string[] }> {
  if (planned.videoPath === null) return { path: null, warnings: [] };
  if (file.probe.video.length === 0) {
    return { path: null, warnings: ['There is no picture to draw on; --visualize wrote nothing.'] };
  }
  const { faces, speakerOfTrack } = await facesOf(file.result);
  const startMs = performance.now();
  const warnings = await visualize(
    tools,
    {
      source: {
        path: planned.mediaPath,
        probe: file.probe,
        choice: { range: null },
      },
      segments: file.result.segments,
      faces,
      speakerOfTrack,
    },
    planned.videoPath,
    {
      signal,
      onProgress: (share) =>
        progress.update({
          stage: 'visualize',
          stageLabel: 'Drawing the picture',
          stageShare: share,
          totalShare: share,
          etaSec: share > 0.02 ? ((performance.now() - startMs) / 1000) * (1 / share - 1) : null,
        }),
    },
  );
  if (!faces)
    warnings.push('This system does not look at faces: the video shows the names of those who talk, no boxes.');
  return { path: planned.videoPath, warnings };
}

async function facesOf({ artifacts }: Pick<EngineResult, 'artifacts'>): Promise<{
  faces: FaceTracks | null;
  speakerOfTrack: ReadonlyMap<number, string | null>;
}> {
  const paths = new Map(artifacts.map(({ name, path }) => [name, path]));
  const [indexPath, tracksPath] = [paths.get(faceArtifacts.trackIndex), paths.get(faceArtifacts.tracks)];
  if (indexPath === undefined || tracksPath === undefined) return { faces: null, speakerOfTrack: new Map() };
  const index = trackIndexSchema.parse(JSON.parse(await readFile(indexPath, 'utf8')));
  const boxes = new BoxRows(rowCountOf(index));
  await readRows(tracksPath, trackRowValues, (row, values) =>
    boxes.set(row, values[0]!, values[1]!, values[2]!, values[3]!),
  );
  const talkingPath = paths.get(faceArtifacts.talking);
  const talking = talkingPath === undefined ? null : new Float32Array(boxes.count).fill(NaN);
  if (talking) {
    await readRows(talkingPath!, 1, (row, [value]) => {
      if (row < talking.length) talking[row] = value!;
    });
  }
  const avPath = paths.get(faceArtifacts.av);
  const av = avPath === undefined ? null : avEvidenceSchema.parse(JSON.parse(await readFile(avPath, 'utf8')));
  const speakerOfTrack = new Map((av?.tracks ?? []).map(({ id, speaker }) => [id, speaker]));
  return { faces: new FaceTracks(index, boxes, talking), speakerOfTrack };
}

async function readRows(
  file: string,
  values: number,
  take: (row: number, values: Float32Array) => void,
): Promise<void> {
  const reader = new RowReader(values, take);
  for await (const piece of createReadStream(file)) reader.push(piece as Uint8Array);
}
