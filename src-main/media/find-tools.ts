import { access, chmod, constants, copyFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { AppError } from '#shared/api/errors.ts';
import { defaultCacheDir } from '#runtime/dirs.ts';
import { runTool } from './run-tool.ts';

export interface FfmpegTools {
  /** Absolute paths. */
  readonly ffmpegPath: string;
  readonly ffprobePath: string;
  /** First line of `ffmpeg -version`: part of the cache key of every stage that decodes. */
  readonly ffmpegVersion: string;
  readonly source: 'setting' | 'env' | 'path' | 'package' | 'bundled';
}

/** libavutil of FFmpeg 4.4, the oldest one taken from PATH. */
const OLDEST_LIBAVUTIL = [56, 70] as const;
const SET_ANOTHER = 'Choose a working ffmpeg in Settings, or set DIARIST_FFMPEG to its path.';
const exe = process.platform === 'win32' ? '.exe' : '';

/**
 * Find ffmpeg and ffprobe: the person's setting, else DIARIST_FFMPEG, else PATH (4.4 or newer; never with
 * DIARIST_NO_SYSTEM=1), else the packaged app's own, else the npm packages. A setting or variable that does not work is
 * an error, never passed over in silence.
 * @throws AppError `not-found`
 */
export async function findTools(options: { setting?: string | null | undefined } = {}): Promise<FfmpegTools> {
  const setting = options.setting?.trim();
  if (setting) return named(setting, 'setting', 'The ffmpeg chosen in Settings');
  const fromEnv = process.env['DIARIST_FFMPEG']?.trim();
  if (fromEnv) return named(fromEnv, 'env', 'The ffmpeg named by DIARIST_FFMPEG');
  return (await fromPath()) ?? (await fromBundle()) ?? (await packageTools());
}

/** A path a person gave: ffmpeg itself or its folder. ffprobe is taken from beside it, else as found otherwise. */
async function named(given: string, source: 'setting' | 'env', what: string): Promise<FfmpegTools> {
  let ffmpegPath = path.resolve(given);
  const info = await stat(ffmpegPath).catch(() => null);
  if (info?.isDirectory()) ffmpegPath = path.join(ffmpegPath, `ffmpeg${exe}`);
  const version = await describe(ffmpegPath);
  if (!version) {
    throw new AppError('not-found', `${what} cannot be started.`, { file: ffmpegPath, fix: SET_ANOTHER });
  }
  const beside = path.join(path.dirname(ffmpegPath), path.basename(ffmpegPath).replace('ffmpeg', 'ffprobe'));
  const ffprobePath =
    beside !== ffmpegPath && (await describe(beside))
      ? beside
      : await otherFfprobe(`${what} has no ffprobe beside it.`);
  return { ffmpegPath, ffprobePath, ffmpegVersion: version.line, source };
}

async function otherFfprobe(problem: string): Promise<string> {
  const found = (await fromPath()) ?? (await fromBundle());
  if (found) return found.ffprobePath;
  const own = await packaged('ffprobe');
  if (own && (await describe(own))) return own;
  throw new AppError('not-found', problem, { fix: SET_ANOTHER });
}

async function fromPath(): Promise<FfmpegTools | null> {
  if (process.env['DIARIST_NO_SYSTEM'] === '1') return null;
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    // Relative entries of PATH would run whatever lies in the current folder.
    if (!path.isAbsolute(folder)) continue;
    const tools = await inFolder(folder, 'path');
    if (tools && tools.recent) return tools.tools;
  }
  return null;
}

async function fromBundle(): Promise<FfmpegTools | null> {
  const { resourcesPath } = process as { resourcesPath?: string };
  if (!resourcesPath) return null;
  return (await inFolder(path.join(resourcesPath, 'bin'), 'bundled'))?.tools ?? null;
}

async function inFolder(
  folder: string,
  source: 'path' | 'bundled',
): Promise<{ tools: FfmpegTools; recent: boolean } | null> {
  const ffmpegPath = path.join(folder, `ffmpeg${exe}`);
  const ffprobePath = path.join(folder, `ffprobe${exe}`);
  if (!(await runnable(ffmpegPath)) || !(await runnable(ffprobePath))) return null;
  const version = await describe(ffmpegPath);
  if (!version || !(await describe(ffprobePath))) return null;
  return { tools: { ffmpegPath, ffprobePath, ffmpegVersion: version.line, source }, recent: version.recent };
}

/** ffmpeg and ffprobe of the npm packages, whatever else this computer has. @throws AppError `not-found` */
export async function packageTools(): Promise<FfmpegTools> {
  const [ffmpegPath, ffprobePath] = await Promise.all([packaged('ffmpeg'), packaged('ffprobe')]);
  const version = ffmpegPath && ffprobePath ? await describe(ffmpegPath) : null;
  if (!ffmpegPath || !ffprobePath || !version) {
    throw new AppError('not-found', 'No ffmpeg was found on this computer.', {
      fix: `Install ffmpeg 4.4 or newer so that it is on PATH. ${SET_ANOTHER}`,
    });
  }
  return { ffmpegPath, ffprobePath, ffmpegVersion: version.line, source: 'package' };
}

/** Binary of `@ffmpeg-installer` or `@ffprobe-installer` for this platform, made executable. */
async function packaged(name: 'ffmpeg' | 'ffprobe'): Promise<string | null> {
  const require = createRequire(import.meta.url);
  const scope = `@${name}-installer`;
  let file: string;
  try {
    // Resolved from the main package: package managers may nest the platform's one below it.
    const base = createRequire(require.resolve(`${scope}/${name}/package.json`));
    file = base.resolve(`${scope}/${process.platform}-${process.arch}/${name}${exe}`);
  } catch {
    return null;
  }
  file = file.replace(`app.asar${path.sep}`, `app.asar.unpacked${path.sep}`);
  if (await runnable(file)) return file;
  // The package sets the executable bit in an install script, which does not run with --ignore-scripts.
  await chmod(file, 0o755).catch(() => undefined);
  if (await runnable(file)) return file;
  return copyExecutable(file).catch(() => null);
}

/** For a read-only node_modules: an executable copy in the cache folder. */
async function copyExecutable(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file);
  const target = path.join(
    defaultCacheDir(),
    'bin',
    `${path.basename(file, exe)}-${size}-${Math.round(mtimeMs)}${exe}`,
  );
  if (await runnable(target)) return target;
  await ensureFolder(path.dirname(target));
  const part = `${target}.${process.pid}.part`;
  try {
    await copyFile(file, part);
    await chmod(part, 0o755);
    await rename(part, target);
  } finally {
    await rm(part, { force: true });
  }
  return target;
}

async function runnable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

/** First line and age of a binary that answers `-version` like FFmpeg; null for anything else. */
async function describe(file: string): Promise<{ line: string; recent: boolean } | null> {
  const parts: Buffer[] = [];
  try {
    const { exitCode } = await runTool(file, ['-version'], {
      stallMs: 10_000,
      onStdout: (chunk) => void parts.push(chunk),
    });
    if (exitCode !== 0) return null;
  } catch {
    return null;
  }
  const text = Buffer.concat(parts).toString('utf8');
  const line = /^ff(?:mpeg|probe) version [^\r\n]*?(?= Copyright|[\r\n]|$)/.exec(text)?.[0];
  if (line === undefined) return null;
  // Builds from git carry no release number, but all print the library versions.
  const [, major, minor] = /libavutil\s+(\d+)\.\s*(\d+)/.exec(text) ?? [];
  const [oldMajor, oldMinor] = OLDEST_LIBAVUTIL;
  const recent = Number(major) > oldMajor || (Number(major) === oldMajor && Number(minor) >= oldMinor);
  return { line, recent };
}
