import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { catalogue } from '../src-renderer/commands/catalogue.ts';
import { keyboardDocument } from './generate-docs.ts';
import { modelsDocument } from './models-document.ts';

const file = path.resolve(import.meta.dirname, '../docs/keyboard.md');

test('docs/keyboard.md says what the command catalogue says', async () => {
  const wanted = await format(keyboardDocument(), { ...(await resolveConfig(file)), parser: 'markdown' });
  expect(await readFile(file, 'utf8')).toBe(wanted);
});

test('every command that is no digit has a row of its own', () => {
  const rows = keyboardDocument()
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('`'));
  const digits = catalogue.filter((entry) => /\.d\d$/u.test(entry.id)).length;
  const pointerRows = 4 - 1;
  expect(rows.length).toBe(catalogue.length - digits + 2 + pointerRows);
});

test('docs/models.md says what the registry says', async () => {
  const target = path.resolve(import.meta.dirname, '../docs/models.md');
  const text = await modelsDocument(path.resolve(import.meta.dirname, '../models'));
  const wanted = await format(text, { ...(await resolveConfig(target)), parser: 'markdown' });
  expect(await readFile(target, 'utf8')).toBe(wanted);
});
