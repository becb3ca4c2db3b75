import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { HeardConversation } from './read-conversation.ts';

/**
 * What a conversation sounds like, for experiments outside the product: `ID.json` with the reference `turns`, `windows` (1.5 s
 * every 0.75 s) and `fine` (0.75 s every 0.25 s), and `ID.voices`, `.cepstra`, `.fineVoices`, `.fineCepstra`: little-endian
 * float32, one unit-length row per window.
 */
export async function dumpConversation(
  folder: string,
  { id, turns, windows, voices, cepstra, fine }: HeardConversation,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = (ending: string): string => path.join(folder, `${id}.${ending}`);
  await writeFile(file('json'), JSON.stringify({ turns, windows, fine: fine?.windows ?? [] }));
  const arrays = { voices, cepstra, ...(fine && { fineVoices: fine.voices, fineCepstra: fine.cepstra }) };
  for (const [name, array] of Object.entries(arrays)) {
    await writeFile(file(name), new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }
}
