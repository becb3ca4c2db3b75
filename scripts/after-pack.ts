/**
 * Called by electron-builder when a folder is packed, before fuses and signing: does the engine in it really infer?
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { AfterPackContext } from 'electron-builder';
import { Arch } from 'electron-builder';

export default async function afterPack(context: AfterPackContext): Promise<void> {
  const { appOutDir, electronPlatformName, packager } = context;
  const arch = Arch[context.arch];
  const resources =
    electronPlatformName === 'darwin'
      ? path.join(appOutDir, `${packager.appInfo.productFilename}.app`, 'Contents', 'Resources')
      : path.join(appOutDir, 'resources');
  await checkNatives(resources, electronPlatformName, arch);
  if (electronPlatformName !== process.platform || arch !== process.arch) {
    console.log(
      `after-pack: ${electronPlatformName}-${arch} cannot be started on this machine; its engine was not tried.`,
    );
    return;
  }
  const executable =
    electronPlatformName === 'darwin'
      ? path.join(resources, '..', 'MacOS', packager.appInfo.productFilename)
      : path.join(appOutDir, electronPlatformName === 'win32' ? `${packager.appInfo.productFilename}.exe` : 'diarist');
  console.log(`after-pack: ${await selfTest(executable)}`);
}

/** The native closure of this platform is unpacked, and of no other. */
async function checkNatives(resources: string, platform: string, arch: string): Promise<void> {
  const modules = path.join(resources, 'app.asar.unpacked', 'node_modules');
  const needed = [
    `better-sqlite3/prebuilds/${platform}-${arch}.node`,
    `onnxruntime-node/bin/napi-v6/${platform}/${arch}/onnxruntime_binding.node`,
    'onnxruntime-common/dist/cjs/index.js',
  ];
  const missing = needed.filter((file) => !existsSync(path.join(modules, file)));
  if (missing.length > 0) throw new Error(`the package lacks ${missing.join(', ')}`);
  const platforms = await readdir(path.join(modules, 'onnxruntime-node', 'bin', 'napi-v6'));
  const prebuilds = await readdir(path.join(modules, 'better-sqlite3', 'prebuilds'));
  if (platforms.length !== 1 || prebuilds.length !== 1) {
    throw new Error(`the package carries binaries of other platforms: ${[...platforms, ...prebuilds].join(', ')}`);
  }
}

function selfTest(executable: string): Promise<string> {
  const flags = process.platform === 'linux' ? ['--no-sandbox', '--ozone-platform=headless', '--disable-gpu'] : [];
  return new Promise((resolve, reject) => {
    const child = spawn(executable, ['--self-test', ...flags], { stdio: ['ignore', 'pipe', 'pipe'], timeout: 120_000 });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', reject);
    child.on('close', (code) => {
      const answer = output.split('\n').find((line) => line.startsWith('{"ok":')) ?? '';
      if (code === 0 && answer.startsWith('{"ok":true')) resolve(answer);
      else
        reject(new Error(`the packaged engine does not work (exit status ${code}): ${answer || output.slice(-2000)}`));
    });
  });
}
