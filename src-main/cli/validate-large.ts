import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { Turn } from '#shared/formats/index.ts';
import { rttmTurns } from './rttm-stream.ts';
import { unknownIds, type Checks, type ValidationResult } from './validate.ts';

const keptFindings = 1000;
/** Speakers of all recordings together: what memory grows with. */
const maxSpeakers = 500_000;

/**
 * The checks that need no more of a file than the last turn of every speaker. Turns are expected in time order, as RTTM has
 * them; where they are not, that is a finding of its own.
 */
export async function validateLargeRttm(file: string, checks: Checks): Promise<ValidationResult> {
  const name = path.basename(file);
  const last = new Map<string, Turn>();
  const files = new Set<string>();
  const unknown = new Map<string, ValidationResult['findings'][number]>();
  const result: ValidationResult = { format: 'rttm', turns: 0, files: 0, found: 0, findings: [], warnings: [] };
  const find = (kind: ValidationResult['findings'][number]['kind'], turn: Turn, text: string): void => {
    result.found += 1;
    const { fileId, startSec, endSec, speaker } = turn;
    if (result.findings.length < keptFindings)
      result.findings.push({ kind, fileId, startSec, endSec, text: `${speaker} at ${startSec.toFixed(3)} s ${text}` });
  };
  const check = (turn: Turn): void => {
    const key = `${turn.fileId} ${turn.channel} ${turn.speaker}`;
    const before = last.get(key);
    if (!before) {
      files.add(turn.fileId);
      for (const one of unknownIds([turn], checks)) unknown.set(one.text, one);
      if (last.size >= maxSpeakers)
        throw new AppError('bad-input', `${name} names more than ${maxSpeakers} speakers.`, {
          file,
          fix: 'Split it by recording.',
        });
    } else if (turn.startSec < before.startSec)
      find('not-in-order', turn, 'comes after a later turn of the same speaker.');
    else if (turn.startSec === before.startSec && turn.endSec === before.endSec)
      find('duplicate', turn, 'is there twice.');
    else if (turn.startSec < before.endSec)
      find('same-speaker-overlap', turn, 'overlaps an earlier turn of the same speaker.');
    if (!before || turn.endSec > before.endSec) last.set(key, turn);
    const length = turn.endSec - turn.startSec;
    if (length < checks.minTurnSec - 1e-9) find('too-short', turn, `lasts only ${length.toFixed(3)} s.`);
    if (checks.durationSec !== null && turn.endSec > checks.durationSec + 1e-3)
      find('beyond-end', turn, 'ends after the recording.');
  };
  const batches = rttmTurns(file, name);
  for (;;) {
    const { done, value } = await batches.next();
    if (done) {
      result.warnings = value;
      break;
    }
    result.turns += value.length;
    for (const turn of value) check(turn);
  }
  result.files = files.size;
  result.found += unknown.size;
  result.findings.unshift(...unknown.values());
  if (checks.regions) result.warnings.push('In a file of this size turns are not checked against single regions.');
  return result;
}
