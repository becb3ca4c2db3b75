import { accessSync, constants, existsSync, readdirSync, statSync, type Dirent } from 'node:fs';
import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import { fileIdOf } from '#shared/domain/media.ts';
import { UsageError } from './exit.ts';

/** One medium and the files that will say who speaks in it. */
export interface PlannedOutput {
  mediaPath: string;
  fileId: string;
  rttmPath: string;
  viaPath: string;
  /** Video of what was found; null = not wanted. */
  videoPath: string | null;
  /** Table of a confidence per frame; null = not wanted. */
  framesPath: string | null;
}

/** What common file systems take as a name. */
const MAX_NAME_BYTES = 255;
/** What a folder given as input stands for: the files below it that carry sound or picture by their name. */
const mediaExtensions = new Set(
  '.mp4 .m4v .mov .mkv .webm .avi .mpg .mpeg .ts .mts .m2ts .wmv .flv .ogv .3gp .wav .mp3 .m4a .aac .flac .ogg .oga .opus .wma .aif .aiff .sph .amr .caf .ac3'.split(
    ' ',
  ),
);

/**
 * Where the labels of each input go: `<out>/<stem>.rttm` and `<out>/<stem>.via.json`; with `keepTree` in the folders the
 * inputs have below their common folder.
 *
 * @throws UsageError when two inputs would share an output
 * @throws AppError conflict when an output exists and `force` is not set, io when a folder cannot be written to
 */
export function planOutputs(
  inputs: readonly string[],
  outDir: string,
  options: { keepTree: boolean; force: boolean; visualize?: boolean; frames?: boolean },
): PlannedOutput[] {
  const media = [...new Set(inputs.flatMap((input) => expandFolder(path.resolve(input))))];
  const base = options.keepTree ? commonFolder(media) : null;
  const byStem = new Map<string, PlannedOutput>();
  const plan = media.map((mediaPath): PlannedOutput => {
    const fileId = fileIdOf(path.basename(mediaPath));
    const folder = base === null ? outDir : path.join(outDir, path.relative(base, path.dirname(mediaPath)));
    const stem = path.join(folder, fileId);
    const planned: PlannedOutput = {
      mediaPath,
      fileId,
      rttmPath: `${stem}.rttm`,
      viaPath: `${stem}.via.json`,
      videoPath: options.visualize ? `${stem}.visual.mp4` : null,
      framesPath: options.frames ? `${stem}.frames.csv` : null,
    };
    // Case-insensitive file systems would let one overwrite the other.
    const key = stem.toLowerCase().normalize('NFC');
    const other = byStem.get(key);
    if (other) {
      throw new UsageError(
        `${mediaPath} and ${other.mediaPath} would both be written to ${planned.rttmPath}. Run them separately, rename one, or keep their folders with --keep-tree.`,
      );
    }
    byStem.set(key, planned);
    refuseLongName(planned);
    return planned;
  });
  if (!options.force) {
    const taken = plan
      .flatMap((one) => [one.rttmPath, one.viaPath, one.videoPath, one.framesPath])
      .find((file) => file !== null && existsSync(file));
    if (typeof taken === 'string') {
      throw new AppError('conflict', `${taken} exists already; nothing was written.`, {
        file: taken,
        fix: 'Choose another folder with -o, or overwrite with --force.',
      });
    }
  }
  // Said before hours of work, not after.
  for (const folder of new Set(plan.map((one) => path.dirname(path.resolve(one.rttmPath))))) refuseUnwritable(folder);
  return plan;
}

function refuseLongName({ mediaPath, viaPath, framesPath }: PlannedOutput): void {
  if (Buffer.byteLength(path.basename(framesPath ?? viaPath)) <= MAX_NAME_BYTES) return;
  throw new AppError(
    'bad-input',
    `The name is too long: that of its labels would have more than ${MAX_NAME_BYTES} bytes.`,
    {
      file: mediaPath,
      fix: 'Rename the file, or name a link to it that is shorter.',
    },
  );
}

/** Is it, or can it be made, a folder to write to? Nothing is made here: a failed run leaves no empty folders. */
function refuseUnwritable(folder: string): void {
  let there = folder;
  while (!existsSync(there) && there !== path.dirname(there)) there = path.dirname(there);
  let problem: string;
  try {
    if (statSync(there).isDirectory()) {
      accessSync(there, constants.W_OK | constants.X_OK);
      return;
    }
    problem = `${there} is a file, not a folder`;
  } catch (error) {
    const readOnly = (error as NodeJS.ErrnoException).code === 'EROFS';
    problem = readOnly ? `the disk of ${there} is read-only` : `${there} may not be written to`;
  }
  throw new AppError('io', `Nothing can be written to ${folder}: ${problem}.`, {
    file: folder,
    fix: 'Choose another folder with -o.',
  });
}

/** What cannot even be looked at is left to whoever opens it, to say why. */
function isFolder(input: string): boolean {
  try {
    return statSync(input).isDirectory();
  } catch {
    return false;
  }
}

function expandFolder(input: string): string[] {
  if (!isFolder(input)) return [input];
  const found = entriesBelow(input)
    .filter((entry) => entry.isFile() && mediaExtensions.has(path.extname(entry.name).toLowerCase()))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  if (found.length === 0)
    throw new AppError('bad-input', `${input} holds no media files.`, {
      file: input,
      fix: 'Name the files themselves.',
    });
  return found;
}

function entriesBelow(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    throw new AppError('io', `${folder} cannot be listed with all that is below it.`, {
      file: (error as NodeJS.ErrnoException).path ?? folder,
      fix: 'Change the permissions of its folders, or name the files themselves.',
      detail: String(error),
    });
  }
}

function commonFolder(files: readonly string[]): string {
  const [first, ...rest] = files.map((file) => path.dirname(file).split(path.sep));
  const parts = first!.filter((part, at) =>
    rest.every(
      (other) => other.slice(0, at + 1).join(path.sep) === first!.slice(0, at + 1).join(path.sep) && other[at] === part,
    ),
  );
  return parts.join(path.sep) || path.sep;
}
