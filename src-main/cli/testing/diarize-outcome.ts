import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { parseRttm } from '#shared/formats/rttm.ts';
import type { Turn } from '#shared/formats/turn.ts';
import { parseVia3 } from '#shared/formats/via3.ts';
import type { CliRun } from './run-cli.ts';

/** Ends as the contract says, and shows a person no stack of ours. */
export function expectTidy(run: CliRun): void {
  expect(run.signal).toBeNull();
  expect([0, 1, 2, 3]).toContain(run.code);
  expect(run.stderr).not.toMatch(/^\s+at .*:\d+:\d+/m);
  expect(run.stderr).not.toMatch(/\b(?:undefined|NaN|\[object)/);
}

/** All files below a folder, with nothing but whole RTTM/VIA pairs among them. Returns the stems. */
export function expectPairs(out: string): string[] {
  if (!existsSync(out)) return [];
  const files = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(out, path.join(entry.parentPath, entry.name)))
    .sort();
  const stems = files.filter((file) => file.endsWith('.rttm')).map((file) => file.slice(0, -'.rttm'.length));
  expect(files).toEqual(stems.flatMap((stem) => [`${stem}.rttm`, `${stem}.via.json`]).sort());
  for (const stem of stems) turnsOf(out, stem);
  return stems;
}

/** Turns of a pair that says the same twice. */
export function turnsOf(out: string, stem: string): readonly Turn[] {
  const { turns } = parseRttm(readFileSync(path.join(out, `${stem}.rttm`), 'utf8'));
  const via = parseVia3(readFileSync(path.join(out, `${stem}.via.json`), 'utf8'));
  expect(via.turns.map((turn) => turn.speaker).sort()).toEqual(turns.map((turn) => turn.speaker).sort());
  for (const turn of turns) expect(turn.endSec).toBeGreaterThan(turn.startSec);
  return turns;
}

/** Refused with a code of the contract and a message that names file, cause and way out; nothing was written. */
export function expectRefusal(run: CliRun, code: 1 | 2 | 3, file: string, cause: RegExp, out: string): void {
  expectTidy(run);
  expect(run.stderr).toContain(file);
  expect(run.stderr).toMatch(cause);
  // The way out is a line of its own.
  expect(run.stderr).toMatch(/^ {2}\S.*[.\]]$/m);
  expect(run.code).toBe(code);
  expect(existsSync(out)).toBe(false);
}

export interface ReportLine {
  type: string;
  file: string;
  error?: { code: string; message: string; fix?: string };
}

/** What `--json` printed. */
export const reportLines = (run: CliRun): ReportLine[] =>
  run.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ReportLine);
