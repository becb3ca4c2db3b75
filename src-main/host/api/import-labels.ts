import { AppError } from '#shared/api/errors.ts';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { Turn } from '#shared/formats/index.ts';
import { readLabels } from '#shared/formats/index.ts';

export interface ImportedLabels {
  segments: HypothesisSegment[];
  warnings: string[];
}

/** What the imported turns are laid over. */
export interface ImportTarget {
  fileId: string;
  durationSec: number;
}

/**
 * The turns of a label file that belong to one recording. A file that speaks of a single recording is taken whatever it
 * calls it (with a warning when the name differs); one that speaks of several must name ours.
 *
 * @throws AppError bad-input when nothing fits or the file is damaged; all or nothing
 */
export function importLabels(text: string, fileName: string, target: ImportTarget): ImportedLabels {
  const file = readLabels(text, fileName);
  const warnings = [...file.warnings];
  const turns = turnsOf(file.labels.turns, fileName, target, warnings);
  const segments: HypothesisSegment[] = [];
  let beyond = 0;
  let empty = 0;
  for (const turn of turns) {
    const startSec = Math.max(0, turn.startSec);
    if (turn.endSec <= startSec) empty += 1;
    else if (startSec >= target.durationSec) beyond += 1;
    else segments.push({ startSec, endSec: turn.endSec, speaker: turn.speaker, confidence: turn.confidence });
  }
  if (beyond > 0 && segments.length === 0) {
    throw new AppError('bad-input', `All ${beyond} turns begin after the recording has ended.`, {
      file: fileName,
      fix: 'Import it into the recording it was made for.',
    });
  }
  if (beyond > 0) warnings.push(`${beyond} turns that begin after the end of the recording were left out.`);
  if (empty > 0) warnings.push(`${empty} turns without length were left out.`);
  if (segments.some((segment) => segment.endSec > target.durationSec + 1)) {
    warnings.push('Some turns end after the recording: it may be another version of the file.');
  }
  segments.sort((a, b) => a.startSec - b.startSec || a.endSec - b.endSec);
  return { segments, warnings };
}

function turnsOf(turns: readonly Turn[], fileName: string, target: ImportTarget, warnings: string[]): Turn[] {
  if (turns.length === 0) {
    throw new AppError('bad-input', 'There are no speaker turns in this file.', {
      file: fileName,
      fix: 'Choose a file of labels, such as RTTM or a VIA project.',
    });
  }
  const ours = turns.filter((turn) => turn.fileId === target.fileId);
  const ids = [...new Set(turns.map((turn) => turn.fileId))];
  if (ours.length > 0) {
    if (ids.length > 1) warnings.push(`Turns of ${ids.length - 1} other recordings in the file were left out.`);
    return ours;
  }
  if (ids.length > 1) {
    throw new AppError('bad-input', `The file speaks of ${ids.length} recordings, but not of ${target.fileId}.`, {
      file: fileName,
      fix: `Rename the recording in it to ${target.fileId}; it has ${ids.slice(0, 3).join(', ')}${ids.length > 3 ? ', …' : ''}.`,
    });
  }
  warnings.push(`The file calls its recording ${ids[0]}; it was taken for ${target.fileId}.`);
  return [...turns];
}
