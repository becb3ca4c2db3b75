import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { itShared, sharedPath } from '../../src-main/testing/shared-data.ts';
import { parseRttm } from '../formats/rttm.ts';
import type { Turn } from '../formats/turn.ts';
import { scoreDiarization } from '../metrics/score.ts';
import { doverLapDefaults, type DoverLapOptions } from './dover-lap.ts';
import { fuseRecordings, turnsOfFusion } from './fuse-recordings.ts';

const outputs = (...parts: string[]): string => sharedPath('data', 'system_outputs', ...parts);
const read = (file: string): Turn[] => parseRttm(readFileSync(file, 'utf8')).turns;

/** diart's AMI outputs but for the one that was given the true segmentation: seven of the nine are one online system. */
function nine(): { reference: Turn[]; systems: { name: string; turns: Turn[] }[] } {
  const folder = outputs('ami_ref/only_words/rttms/test');
  const expected = outputs('diart_outputs/expected_outputs');
  const systems = ['offline', 'online'].flatMap((kind) =>
    readdirSync(`${expected}/${kind}`)
      .filter((name) => !name.includes('oracle'))
      .map((name) => ({ name, turns: read(`${expected}/${kind}/${name}/AMI.rttm`) })),
  );
  const reference = readdirSync(folder).flatMap((name) => read(`${folder}/${name}`));
  const files = new Set(reference.map((one) => one.fileId));
  // The offline files hold dev meetings too.
  const wanted = systems.map(({ name, turns }) => ({ name, turns: turns.filter((one) => files.has(one.fileId)) }));
  return { reference, systems: wanted };
}

function fused({ reference, systems }: ReturnType<typeof nine>, options: Partial<DoverLapOptions>): number {
  const recordings = fuseRecordings(systems, { ...doverLapDefaults, ...options });
  for (const { warnings } of recordings) expect(warnings).toEqual([]);
  return 100 * scoreDiarization(reference, turnsOfFusion(recordings)).overall.der;
}

/** Seven of the nine answers are one online system at different settings: by rank they outvote the better two (26.20 %). */
itShared('nine systems by the greedy mapping: no switch, no worse than the best single one + 0.3 points', () => {
  const set = nine();
  expect(set.systems).toHaveLength(9);
  const singles = set.systems
    .map(({ turns }) => 100 * scoreDiarization(set.reference, turns).overall.der)
    .sort((a, b) => a - b);
  expect(singles[0]).toBeCloseTo(19.63, 1);
  expect(fused(set, {})).toBeLessThanOrEqual(singles[0]! + 0.3);
});
