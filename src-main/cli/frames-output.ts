import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { frameArtifact, frameConfidenceSchema } from '#shared/evidence/frame-confidence.ts';
import type { FrameConfidence } from '#shared/evidence/frame-confidence.ts';
import { delimitedCell } from '#shared/formats/delimited.ts';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { DiarizedFile } from '#jobs/diarize-files.ts';
import { writeSet } from '#jobs/export/write-set.ts';
import type { PlannedOutput } from './output-plan.ts';

/**
 * `<stem>.frames.csv` (RFC 4180), where it is wanted: start in the file's own time, speaker, confidence and speech probability
 * of each frame of each turn.
 * @returns where it is, null for nowhere, and sentences for the person
 * @throws AppError conflict when the file exists already and `overwrite` is not set
 */
export async function writeFrames(
  planned: Pick<PlannedOutput, 'framesPath'>,
  { result }: Pick<DiarizedFile, 'result'>,
  overwrite: boolean,
): Promise<{ path: string | null; warnings: string[] }> {
  if (planned.framesPath === null) return { path: null, warnings: [] };
  const from = result.artifacts.find(({ name }) => name === frameArtifact);
  if (!from) {
    const warning =
      'This system gives no confidence per frame, Diarist audio and Diarist AV do (see diarist systems); --frames wrote nothing.';
    return { path: null, warnings: [warning] };
  }
  const frames = frameConfidenceSchema.parse(JSON.parse(await readFile(from.path, 'utf8')));
  const data = framesCsv(frames, result.segments);
  await writeSet(path.dirname(planned.framesPath), [{ name: path.basename(planned.framesPath), data }], overwrite);
  return { path: planned.framesPath, warnings: [] };
}

/**
 * Rows in order of time, those of one frame by speaker. Of turns whose borders were moved afterwards the frames that still lie
 * in a turn of their speaker are left.
 */
export function framesCsv({ stepSec, turns }: FrameConfidence, segments: readonly HypothesisSegment[]): string {
  const bySpeaker = Map.groupBy(segments, (segment) => segment.speaker);
  const rows: { frame: number; speaker: string; confidence: number; speech: number }[] = [];
  for (const { speaker, firstFrame, confidence, speech } of turns) {
    const own = bySpeaker.get(speaker) ?? [];
    const startSec = firstFrame * stepSec;
    const endSec = startSec + confidence.length * stepSec;
    const near = own.filter((segment) => segment.startSec < endSec && segment.endSec > startSec);
    confidence.forEach((value, k) => {
      const middleSec = (firstFrame + k + 0.5) * stepSec;
      if (!near.some((segment) => segment.startSec <= middleSec + 1e-6 && segment.endSec >= middleSec - 1e-6)) return;
      rows.push({ frame: firstFrame + k, speaker, confidence: value, speech: speech[k] ?? 0 });
    });
  }
  rows.sort((a, b) => a.frame - b.frame || (a.speaker < b.speaker ? -1 : Number(a.speaker > b.speaker)));
  const lines = rows.map(({ frame, speaker, confidence, speech }) =>
    [(frame * stepSec).toFixed(3), delimitedCell(speaker), confidence.toFixed(3), speech.toFixed(3)].join(','),
  );
  return ['start_sec,speaker,confidence,speech', ...lines].map((line) => `${line}\r\n`).join('');
}
