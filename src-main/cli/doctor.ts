import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureFolderSync } from '#runtime/ensure-folder.ts';
import { Command } from 'commander';
import { toErrorData } from '#shared/api/errors.ts';
import { diarizeFile } from '#jobs/diarize-files.ts';
import { resolveWorkspace, type Workspace } from '#jobs/workspace.ts';
import { listModels, resolveModel } from '#models/registry.ts';
import { defaultDataDir } from '#runtime/dirs.ts';
import { appRoot } from '#runtime/entry-path.ts';
import { appVersion } from '#runtime/version.ts';
import { describeError, exitCode, guarded } from './exit.ts';

interface Finding {
  name: string;
  state: 'ok' | 'warning' | 'problem';
  text: string;
}

/** `diarist doctor`: can this machine run the product, and if not, what to do. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('Check this computer: Node, ffmpeg, models, the inference engine, folders.')
    .option('--cache-dir <dir>', 'folder for intermediate results')
    .option('--models-dir <dir>', 'folder searched first for model files')
    .option('--json', 'as JSON')
    .action(async (options: { cacheDir?: string; modelsDir?: string; json?: boolean }) => {
      process.exitCode = await guarded(options.json ?? false, async () => {
        const findings = await examine(options);
        if (options.json) {
          process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
        } else {
          const marks = { ok: '✓', warning: '!', problem: '✗' };
          for (const finding of findings)
            process.stdout.write(`${marks[finding.state]} ${finding.name.padEnd(10)} ${finding.text}\n`);
        }
        return findings.some((finding) => finding.state === 'problem') ? exitCode.failed : exitCode.ok;
      });
    });
}

async function examine(options: { cacheDir?: string; modelsDir?: string }): Promise<Finding[]> {
  const findings: Finding[] = [];
  const check = async (
    name: string,
    body: () => Promise<Omit<Finding, 'name'>> | Omit<Finding, 'name'>,
  ): Promise<void> => {
    try {
      findings.push({ name, ...(await body()) });
    } catch (thrown) {
      findings.push({ name, state: 'problem', text: describeError(toErrorData(thrown)) });
    }
  };
  const ok = (text: string): Omit<Finding, 'name'> => ({ state: 'ok', text });

  await check('diarist', () => ok(`${appVersion()} in ${appRoot()}`));
  await check('node', () =>
    ok(
      `${process.versions.node} on ${process.platform}-${process.arch}, ${os.availableParallelism()} cores, ${gigabytes(os.totalmem())} memory`,
    ),
  );
  let workspace: Workspace | null = null;
  await check('ffmpeg', async () => {
    workspace = await resolveWorkspace(options);
    const { ffmpegPath, ffmpegVersion, source } = workspace.tools;
    return ok(`${ffmpegVersion}, from ${source}: ${ffmpegPath}`);
  });
  if (workspace !== null) await examineEngine(workspace, options.modelsDir, check, ok);
  await check('data', () => folder(defaultDataDir()));
  await check('window', () => electron());
  return findings;
}

type Check = (name: string, body: () => Promise<Omit<Finding, 'name'>> | Omit<Finding, 'name'>) => Promise<void>;

async function examineEngine(
  { settings }: Workspace,
  modelsDir: string | undefined,
  check: Check,
  ok: (text: string) => Omit<Finding, 'name'>,
): Promise<void> {
  await check('models', async () => {
    const models = await listModels(settings.modelDirs);
    const installed = models.filter((model) => model.installed);
    for (const model of installed) await resolveModel(model.id, settings.modelDirs);
    const missing = models.filter((model) => !model.installed).map((model) => model.id);
    return ok(
      `${installed.map((model) => model.id).join(', ')}: verified${missing.length > 0 ? `; not installed: ${missing.join(', ')}` : ''}`,
    );
  });
  await check('engine', async () => {
    const cacheDir = mkdtempSync(path.join(os.tmpdir(), 'diarist-doctor-'));
    try {
      const started = performance.now();
      const { result } = await diarizeFile(samplePath(), {
        cacheDir,
        modelsDir,
        choice: { audioStream: null, channel: 'mix', range: { startSec: 0, endSec: 5 } },
      });
      const sec = ((performance.now() - started) / 1000).toFixed(1);
      return ok(`diarized 5 s of the sample in ${sec} s, start included, nets on ${result.provenance.provider}`);
    } finally {
      rmSync(cacheDir, { recursive: true, force: true });
    }
  });
  await check('cache', () => folder(settings.cacheDir));
}

const samplePath = (): string => path.join(appRoot(), 'resources', 'sample', 'sample.mp4');

/** A folder that can be written, with what is free there. */
function folder(dir: string): Omit<Finding, 'name'> {
  ensureFolderSync(dir);
  accessSync(dir, constants.W_OK);
  const disk = statfsSync(dir);
  const freeBytes = disk.bavail * disk.bsize;
  const text = `${dir}, ${gigabytes(freeBytes)} free`;
  return freeBytes < 2 ** 30
    ? { state: 'warning', text: `${text}: an hour of media needs about 0.3 GB while it is worked on` }
    : { state: 'ok', text };
}

/** Electron's program is downloaded at first start; without it the app is served to a browser. */
function electron(): Omit<Finding, 'name'> {
  const dir = path.join(appRoot(), 'node_modules', 'electron');
  const pointer = path.join(dir, 'path.txt');
  const program = existsSync(pointer) ? path.join(dir, 'dist', readFileSync(pointer, 'utf8').trim()) : null;
  if (program && existsSync(program)) return { state: 'ok', text: program };
  return {
    state: 'warning',
    text: "Electron's program is not here: npm start tries to download it, else serves the app to a browser",
  };
}

const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GB`;
