import { createInterface } from 'node:readline/promises';
import type { PullOffer } from '#shared/api/models.ts';

/** What a person sees before anything is pulled: each net with its licence and source, licence texts where there are any. */
export function consentText({ models, folder, freeBytes }: PullOffer): string {
  if (models.length === 0) return 'Nothing is missing.';
  const texts = new Map<string, string[]>();
  const lines = models.map((model) => {
    const size = model.sizeBytes === null ? 'size unknown' : `${(model.sizeBytes / 1e6).toFixed(1)} MB`;
    const here = model.partBytes > 0 ? `, ${(model.partBytes / 1e6).toFixed(1)} MB of it are here` : '';
    const flag = model.nonCommercial ? '\n    FOR NON-COMMERCIAL USE ONLY' : '';
    for (const { text } of model.licenceTexts) texts.set(text, [...(texts.get(text) ?? []), model.id]);
    return `  ${model.id} (${size}${here}) from ${model.from ?? 'nowhere'}\n    source: ${model.source ?? 'unknown'}\n    licence: ${model.licence}${flag}`;
  });
  const room = freeBytes === null ? '' : ` (${(freeBytes / 1e9).toFixed(1)} GB free)`;
  return [
    'To be pulled:',
    ...lines,
    `They will lie in ${folder}${room}.`,
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
