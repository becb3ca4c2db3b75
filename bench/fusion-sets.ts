import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseRttm } from '#shared/formats/rttm.ts';
import type { Turn } from '#shared/formats/turn.ts';

/** Several systems on one set, with its reference. */
export interface FusionSet {
  reference: Turn[];
  systems: { name: string; turns: Turn[] }[];
}

/** Path below ../shared/data/system_outputs. */
export const outputs = (...parts: string[]): string =>
  path.resolve(import.meta.dirname, '../../shared/data/system_outputs', ...parts);

const read = (file: string): Turn[] => parseRttm(readFileSync(file, 'utf8'), { file }).turns;

/** The three systems of the DOVER-Lap paper on AMI test. */
export function ami(): FusionSet {
  const folder = outputs('dover_lap/egs/ami');
  const systems = ['rttm_test_rpn', 'rttm_test_sc', 'rttm_test_vb'].map((name) => {
    return { name, turns: read(path.join(folder, name)) };
  });
  return { reference: read(path.join(folder, 'ref_rttm_test')), systems };
}

/** diart's AMI outputs without the one that was given the true segmentation. */
export function diart(): FusionSet {
  const references = outputs('ami_ref/only_words/rttms/test');
  const expected = outputs('diart_outputs/expected_outputs');
  const systems = ['offline', 'online'].flatMap((kind) =>
    readdirSync(path.join(expected, kind))
      .filter((name) => !name.includes('oracle'))
      .sort()
      .map((name) => ({ name, turns: read(path.join(expected, kind, name, 'AMI.rttm')) })),
  );
  const reference = readdirSync(references).flatMap((name) => read(path.join(references, name)));
  const files = new Set(reference.map((turn) => turn.fileId));
  // The offline files hold dev meetings too.
  return {
    reference,
    systems: systems.map(({ name, turns }) => ({ name, turns: turns.filter((one) => files.has(one.fileId)) })),
  };
}
