import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { converterHash, converterSources, hashOfSources } from './converter-hash.ts';

let copy: string;
beforeEach(() => {
  copy = path.join(mkdtempSync(path.join(os.tmpdir(), 'diarist-converter-')), 'convert');
  mkdirSync(copy);
  for (const name of converterSources) cpSync(path.join(import.meta.dirname, name), path.join(copy, name));
});
afterEach(() => rmSync(path.dirname(copy), { recursive: true }));

it('is that of the sources, wherever they lie', () => {
  expect(hashOfSources(copy)).toBe(converterHash());
});

it.each(converterSources)('changes with %s', (name) => {
  const file = path.join(copy, name);
  writeFileSync(file, `${readFileSync(file, 'utf8')}\n`);
  expect(hashOfSources(copy)).not.toBe(converterHash());
});

it('covers every file of the converter', () => {
  const beside = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  expect(beside.sort()).toEqual(
    ['converted-model.ts', 'converter-hash.ts', ...converterSources.filter((name) => !name.startsWith('..'))].sort(),
  );
  // What they import of ours beside each other; errors and types decide no byte.
  for (const name of converterSources) {
    const text = readFileSync(path.join(import.meta.dirname, name), 'utf8');
    const imported = [...text.matchAll(/from '(\.[^']+)'/gu)].map(([, from]) => path.basename(from!));
    for (const one of imported) expect(converterSources.map((source) => path.basename(source))).toContain(one);
  }
});
