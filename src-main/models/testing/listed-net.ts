import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * A list of models of a person's own, with one net that is served somewhere: a server on this computer needs no encryption.
 * @param modelsDir the app's folder of models
 * @param net where it is served, its bytes, and whatever else of its entry matters
 */
export async function listNet(modelsDir: string, { url, content, ...more }: ServedNet): Promise<void> {
  const entry = {
    stage: 'voice embedding',
    version: '1',
    file: 'test/net.onnx',
    location: { kind: 'pull' },
    urls: ['https://example.org/net'],
    downloads: [url],
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    licence: 'CC-BY-NC-4.0',
    licenceFile: null,
    nonCommercial: true,
    contract: 'x f32[B,4] → y f32[B,4]',
    signature: { inputs: ['f32[B,4]'], outputs: ['f32[B,4]'] },
    preprocessing: 'none',
    published: { figure: 'none', source: 'none' },
    ...more,
  };
  await mkdir(modelsDir, { recursive: true });
  await writeFile(path.join(modelsDir, 'registry.json'), JSON.stringify({ models: [entry] }));
}

interface ServedNet {
  id: string;
  url: string;
  content: Uint8Array;
  [more: string]: unknown;
}
