import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const here = pathToFileURL(import.meta.dirname).href;

/** Packages that the modules of a worker thread load, imported in a process of their own. */
async function packagesOf(kernels: readonly string[]): Promise<string[]> {
  const script = `
    import { registerHooks } from 'node:module';
    const packages = new Set();
    registerHooks({
      load(url, context, next) {
        const found = /\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url);
        if (found) packages.add(found[1]);
        return next(url, context);
      },
    });
    const load = (file) => import(${JSON.stringify(`${here}/`)} + file);
    await load('session.ts');
    await load('crash-trigger.ts');
    const { kernelLoaders } = await load('kernels.ts');
    for (const kernel of ${JSON.stringify(kernels)}) await kernelLoaders[kernel]();
    console.log(JSON.stringify([...packages]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
  return (JSON.parse(stdout) as string[]).sort();
}

it('starts workers with nothing but onnxruntime: what checks data (zod) costs each of them 40 ms', async () => {
  expect(await packagesOf([])).toEqual([]);
  const kernels = ['silero-vad', 'voice-level', 'voice-trunk', 'voice-windows', 'voice-cepstra', 'divide-voices'];
  kernels.push('cluster-voices', 'speaker-sequence', 'segmentation', 'voice-net-parts', 'voice-net-head');
  kernels.push('sound-levels');
  expect(await packagesOf(kernels)).toEqual(['onnxruntime-common', 'onnxruntime-node']);
});
