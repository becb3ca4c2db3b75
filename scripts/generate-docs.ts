/**
 * Writes the documents that follow from code and data: docs/keyboard.md from the command catalogue, docs/models.md from
 * models/registry.json.
 *
 *   node scripts/generate-docs.ts [--check]
 *
 * With --check nothing is written; exit code 1 when a document is not what the code says.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { catalogue, commandGroups } from '../src-renderer/commands/catalogue.ts';
import type { CatalogueEntry } from '../src-renderer/commands/catalogue.ts';
import { keyLabel } from '../src-renderer/commands/key-label.ts';
import { commandGroupNames, commands as titles } from '../src-renderer/i18n/en/commands.ts';
import { keys as keyWords } from '../src-renderer/i18n/en/app.ts';
import { modelsDocument } from './models-document.ts';

const root = path.resolve(import.meta.dirname, '..');
const plain = { mac: false, layout: new Map<string, string>() };

function titleOf(id: string): string {
  const [group, name] = id.split('.') as [keyof typeof titles, string];
  const title = (titles[group] as Record<string, string>)[name];
  if (title === undefined) throw new Error(`The command ${id} has no title in src-renderer/i18n/en/commands.ts.`);
  return title;
}

const code = (text: string): string => (text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);
const cell = (text: string): string => text.replaceAll('|', '\\|');

function row(entry: CatalogueEntry): string | null {
  const label = (chord: string): string => code(keyLabel(chord, plain));
  const [, kind, digit] = /^(assign|overlap)\.d(\d)$/u.exec(entry.id) ?? [];
  if (kind !== undefined && digit !== '1') return null;
  const title = kind === 'assign' ? keyWords.assign : kind === 'overlap' ? keyWords.overlap : titleOf(entry.id);
  const chords =
    kind === undefined
      ? entry.keys.filter((chord) => chord !== 'NumpadEnter').map(label)
      : [`${label(entry.keys[0]!)} … ${label(entry.keys[0]!.replace('Digit1', 'Digit0'))}`];
  return `| ${cell(title)} | ${cell(chords.join(' or '))} |`;
}

/** docs/keyboard.md as the catalogue has it. */
export function keyboardDocument(): string {
  const parts = [
    '# Keys',
    '',
    '<!-- Written by scripts/generate-docs.ts from src-renderer/commands/catalogue.ts. Do not edit. -->',
    '',
    'Keys go by their place on the keyboard, named here as on an English one; the app shows what is printed on yours.',
    '`Ctrl` is `Cmd` on a Mac. Keys rest while a text field or a dialog has the focus. `Tab` is never taken: it goes from',
    'part to part as everywhere.',
    '',
  ];
  for (const group of commandGroups) {
    const entries: readonly CatalogueEntry[] = catalogue.filter((entry) => entry.group === group);
    const rows = entries.map(row).filter((line) => line !== null);
    parts.push(`## ${commandGroupNames[group]}`, '', '| | Key |', '| --- | --- |', ...rows, '');
  }
  parts.push(
    '## With the pointer',
    '',
    '| | |',
    '| --- | --- |',
    '| Zoom about the pointer | `Ctrl` and wheel |',
    '| Pan | wheel, or drag the ruler |',
    '| Also select | `Ctrl` and click |',
    '| Move an edge without the magnet | hold `Alt` |',
    '',
  );
  return parts.join('\n');
}

if (import.meta.main) {
  const { format, resolveConfig } = await import('prettier');
  const documents = [
    { file: 'docs/keyboard.md', source: 'the command catalogue', text: keyboardDocument() },
    { file: 'docs/models.md', source: 'models/registry.json', text: await modelsDocument(path.join(root, 'models')) },
  ];
  for (const { file, source, text } of documents) {
    const target = path.join(root, file);
    const wanted = await format(text, { ...(await resolveConfig(target)), parser: 'markdown' });
    if (!process.argv.includes('--check')) await writeFile(target, wanted);
    else if ((await readFile(target, 'utf8').catch(() => '')) !== wanted) {
      process.stderr.write(`${file} is not what ${source} says: node scripts/generate-docs.ts\n`);
      process.exitCode = 1;
    }
  }
}
