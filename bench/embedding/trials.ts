import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** A piece of a clip that is compared with others. */
export interface TrialSegment {
  id: string;
  speaker: string;
  /** Below ../shared/data. */
  file: string;
  startSec: number;
  endSec: number;
}

export interface Trial {
  same: boolean;
  /** Indices into `segments` of the condition. */
  first: number;
  second: number;
}

/** Trials of one length of pieces of one set. */
export interface TrialCondition {
  /** `other-1.5s`: set, then length. */
  name: string;
  segments: readonly TrialSegment[];
  trials: readonly Trial[];
}

/** `other`, `clean` or `talk`. */
export const setOf = ({ name }: TrialCondition): string => name.slice(0, name.lastIndexOf('-'));

async function rows(file: string): Promise<string[][]> {
  const text = await readFile(file, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'));
}

/** The trial list of models/trials (laid by models/training/trials.py). */
export async function readTrials(folder: string): Promise<TrialCondition[]> {
  const segments = new Map<string, TrialSegment>();
  for (const [id, speaker, file, startSec, endSec] of await rows(path.join(folder, 'segments.tsv'))) {
    segments.set(id!, { id: id!, speaker: speaker!, file: file!, startSec: Number(startSec), endSec: Number(endSec) });
  }
  const conditions = new Map<string, { segments: TrialSegment[]; places: Map<string, number>; trials: Trial[] }>();
  for (const [name, same, first, second] of await rows(path.join(folder, 'trials.tsv'))) {
    let condition = conditions.get(name!);
    if (!condition) conditions.set(name!, (condition = { segments: [], places: new Map(), trials: [] }));
    const { segments: used, places, trials } = condition;
    const placeOf = (id: string): number => {
      const known = places.get(id);
      if (known !== undefined) return known;
      places.set(id, used.length);
      used.push(segments.get(id)!);
      return used.length - 1;
    };
    trials.push({ same: same === '1', first: placeOf(first!), second: placeOf(second!) });
  }
  return [...conditions].map(([name, { segments: used, trials }]) => ({ name, segments: used, trials }));
}
