/**
 * Builds what does not run from source: the page (dist/renderer) and the bundles of the desktop app (dist/main).
 *
 *   node scripts/build.ts [renderer|main]… [--force] [--if-possible]
 *
 * Skips what is fresh. With --if-possible a failure is one line and exit code 0, so that it never fails an install.
 */
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { converterHash } from '#models/convert/converter-hash.ts';
import { contentStamp, isFresh, writeStamp } from './build-stamp.ts';

const root = path.resolve(import.meta.dirname, '..');
const shared = ['src-shared', 'package.json', 'package-lock.json', 'tsconfig.base.json'];

interface Part {
  folder: string;
  inputs: string[];
  outputs: string[];
  /** Fills `outDir`, which does not exist yet. */
  build(outDir: string): Promise<void>;
}

/** Files that start as a process, a worker or a page script of their own. */
const entries = {
  electron: 'src-main/host/electron/main.ts',
  engine: 'src-main/engine/entry.ts',
  'onnx-worker': 'src-main/engine/onnx-worker.ts',
  'store-worker': 'src-main/store/store-worker.ts',
};

/** Native code and packages that find binaries beside themselves stay outside; electron-builder.yml ships them. */
const external = [
  'electron',
  'better-sqlite3',
  'onnxruntime-node',
  'onnxruntime-common',
  '@ffmpeg-installer/*',
  '@ffprobe-installer/*',
  // Optional accelerators of ws.
  'bufferutil',
  'utf-8-validate',
];

const parts: Record<'renderer' | 'main', Part> = {
  renderer: {
    folder: path.join(root, 'dist/renderer'),
    inputs: ['src-renderer', 'vite.config.ts', ...shared],
    outputs: ['index.html'],
    build: async (outDir) => {
      const { build } = await import('vite');
      await build({
        root: path.join(root, 'src-renderer'),
        configFile: path.join(root, 'vite.config.ts'),
        logLevel: 'warn',
        build: { outDir },
      });
    },
  },
  main: {
    folder: path.join(root, 'dist/main'),
    inputs: ['src-main', 'scripts/build.ts', ...shared],
    outputs: [...Object.keys(entries).map((name) => `${name}.js`), 'preload.cjs'],
    build: async (outDir) => {
      const { build } = await import('esbuild');
      const common = {
        bundle: true,
        platform: 'node',
        target: 'node24',
        external,
        define: { __DIARIST_BUNDLE__: 'true', __DIARIST_CONVERTER__: JSON.stringify(converterHash()) },
        logLevel: 'warning',
        sourcemap: 'linked',
        legalComments: 'linked',
      } as const;
      await build({
        ...common,
        entryPoints: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, path.join(root, file)])),
        outdir: outDir,
        format: 'esm',
        // CommonJS packages inside the bundle call require().
        banner: {
          js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
        },
      });
      // A sandboxed preload script is CommonJS and one file.
      await build({
        ...common,
        entryPoints: { preload: path.join(root, 'src-main/host/electron/preload.ts') },
        outdir: outDir,
        format: 'cjs',
        outExtension: { '.js': '.cjs' },
      });
    },
  },
};

/** Two builds may end at the same moment: the last one stays. */
async function swapIn(fresh: string, folder: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await rm(folder, { recursive: true, force: true });
    try {
      return await rename(fresh, folder);
    } catch (error) {
      const taken = ['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
      if (!taken || attempt === 5) throw error;
    }
  }
}

async function make(part: Part, force: boolean): Promise<void> {
  const stamp = await contentStamp(root, part.inputs);
  if (!force && (await isFresh(part.folder, stamp, part.outputs))) return;
  // Built aside and swapped in: a build that fails or is killed leaves the old one.
  const fresh = `${part.folder}.${process.pid}.new`;
  try {
    await part.build(fresh);
    await swapIn(fresh, part.folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  await writeStamp(part.folder, stamp);
}

const args = process.argv.slice(2);
const named = Object.entries(parts).filter(([name]) => args.includes(name));
const unknown = args.filter((arg) => !['--force', '--if-possible', ...Object.keys(parts)].includes(arg));
if (unknown.length > 0) {
  process.stderr.write(`build: unknown argument ${unknown.join(' ')}\n`);
  process.exit(2);
}
for (const [name, part] of named.length > 0 ? named : Object.entries(parts)) {
  try {
    await make(part, args.includes('--force'));
  } catch (error) {
    if (!args.includes('--if-possible')) throw error;
    const reason = (error as Error).message.split('\n', 1)[0] ?? '';
    process.stderr.write(`build: ${name} not now (${reason}); \`npm run build\` shows more.\n`);
  }
}
