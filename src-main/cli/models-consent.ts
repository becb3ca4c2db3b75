import { createInterface } from 'node:readline/promises';
import type { Mirror } from '#models/mirror.ts';
import { mirrorLicences } from '#models/mirror.ts';
import type { ListedModel } from '#models/registry.ts';

/** What a person sees before anything is pulled: each net with its licence and source, licence texts where there are any. */
export async function consentText(models: readonly ListedModel[], mirror: Mirror | undefined): Promise<string> {
  if (models.length === 0) return 'Nothing is missing.';
  const texts = new Map<string, string[]>();
  const lines = models.map((model) => {
    const size = model.bytes === null ? 'size unknown' : `${(model.bytes / 1e6).toFixed(1)} MB`;
    const flag = model.nonCommercial ? '\n    FOR NON-COMMERCIAL USE ONLY' : '';
    return `  ${model.id} (${size}) from ${mirror?.dir ?? model.downloads[0] ?? 'nowhere'}\n    source: ${model.urls[0] ?? 'unknown'}\n    licence: ${model.licence}${flag}`;
  });
  for (const model of mirror ? models : []) {
    for (const { text } of await mirrorLicences(mirror!, model.file)) {
      texts.set(text, [...(texts.get(text) ?? []), model.id]);
    }
  }
  return [
    'To be pulled:',
    ...lines,
    ...[...texts].map(([text, ids]) => `\nLicence text of ${ids.join(', ')}:\n${text.trim()}`),
  ].join('\n');
}

/** Asks at a terminal; false where nobody can answer. */
export async function askYes(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const line = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/iu.test((await line.question('Agree to these licences and pull? [y/N] ')).trim());
  } finally {
    line.close();
  }
}
