import { describe, expect, it } from 'vitest';
import { proposeNames, type EnrolledVoice } from '#shared/domain/enrolled-voice.ts';
import { modelDirs } from '../workspace.ts';
import { parseCohort, readCohort, serialiseCohort } from './cohort.ts';

/** Unit vectors of 32 values: a line that all voices on it share, and a voice. */
function heard(line: readonly number[], voice: readonly number[], lineShare: number): number[] {
  const sum = line.map((value, k) => lineShare * value + (1 - lineShare) * voice[k]!);
  const norm = Math.hypot(...sum);
  return sum.map((value) => value / norm);
}
function vectors(count: number, seed: number): number[][] {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  return Array.from({ length: count }, () => {
    const some = Array.from({ length: 32 }, () => next() + next() + next() + next() - 2);
    const norm = Math.hypot(...some);
    return some.map((value) => value / norm);
  });
}

describe('names across microphones', () => {
  const [telephone, studio] = vectors(2, 1) as [number[], number[]];
  const people = vectors(80, 2);
  const cohort = {
    model: 'net',
    vectors: people.slice(2).flatMap((person) => [heard(telephone, person, 0.6), heard(studio, person, 0.6)]),
  };
  const [ada, bo] = people as [number[], number[]];
  const enrol = (name: string, vector: number[]): EnrolledVoice => {
    return { name, model: 'net', vector, speechSec: 20, clips: [], enrolledMs: 0 };
  };
  const propose = (vector: number[], voices: EnrolledVoice[], withCohort: boolean) =>
    proposeNames(
      { model: 'net', prints: [{ speaker: 's', speechSec: 20, vector }] },
      voices,
      withCohort ? cohort : null,
    )[0]!;

  it('are not given to strangers on the same line, however alike the line makes them', () => {
    const voices = [enrol('Ada', heard(telephone, ada, 0.6))];
    const stranger = heard(telephone, bo, 0.6);
    expect(propose(stranger, voices, false)).toMatchObject({ name: 'Ada' });
    expect(propose(stranger, voices, true)).toMatchObject({ name: null, nearest: 'Ada' });
    expect(propose(heard(telephone, ada, 0.62), voices, true)).toMatchObject({ name: 'Ada' });
  });

  it('are given over another line too', () => {
    const voices = [enrol('Ada', heard(studio, ada, 0.4)), enrol('Bo', heard(telephone, bo, 0.4))];
    expect(propose(heard(telephone, ada, 0.4), voices, true)).toMatchObject({ name: 'Ada' });
    expect(propose(heard(studio, bo, 0.4), voices, true)).toMatchObject({ name: 'Bo' });
  });

  it('come from strangers as they were written, or from none', async () => {
    const back = parseCohort(serialiseCohort(cohort));
    expect(back.model).toBe('net');
    expect(back.vectors).toHaveLength(cohort.vectors.length);
    back.vectors.forEach((vector, k) =>
      vector.forEach((value, d) => expect(value).toBeCloseTo(cohort.vectors[k]![d]!, 2)),
    );
    expect(await readCohort(['/nowhere'])).toBeNull();
  });

  it('are normalised by the strangers of the nets that come with Diarist', async () => {
    const shipped = await readCohort(modelDirs());
    expect(shipped!.vectors.length).toBeGreaterThan(100);
    for (const vector of shipped!.vectors) expect(Math.hypot(...vector)).toBeCloseTo(1, 1);
  });
});
