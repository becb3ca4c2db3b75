import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { AppError } from '#shared/api/errors.ts';

export interface OpenFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** Where symbolic links led. */
  readonly realPath: string;
}

/**
 * Open a file for reading and only then look at what was opened, so that nothing can be put in its place between check
 * and use. Symbolic links are followed; folders, pipes, sockets and devices are refused without waiting on them.
 * The caller closes the handle.
 * @throws AppError `not-found`, `bad-input`, `io`
 */
export async function openForServing(file: string): Promise<OpenFile> {
  let handle: FileHandle;
  let realPath: string;
  try {
    realPath = await realpath(file);
    // O_NONBLOCK: opening a named pipe would otherwise wait for a writer for ever.
    handle = await open(realPath, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw openError(file, cause);
  }
  try {
    const info = await handle.stat();
    if (info.isFile()) return { handle, sizeBytes: info.size, mtimeMs: info.mtimeMs, realPath };
    const kind = info.isDirectory() ? 'a folder' : info.isFIFO() ? 'a pipe' : info.isSocket() ? 'a socket' : 'a device';
    throw new AppError('bad-input', `This is ${kind}, not a media file.`, {
      file,
      fix: info.isDirectory() ? 'Choose a file inside it.' : 'Choose a regular file.',
    });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function openError(file: string, cause: unknown): AppError {
  const code = (cause as NodeJS.ErrnoException).code;
  const detail = String(cause);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError('not-found', 'The file does not exist.', { file, fix: 'Check the path.', detail });
    case 'EACCES':
    case 'EPERM':
      return new AppError('io', 'The file may not be read by this user.', {
        file,
        fix: 'Change its permissions, or copy it to a folder of your own.',
        detail,
      });
    case 'ELOOP':
      return new AppError('bad-input', 'The file is a symbolic link that leads to itself.', {
        file,
        fix: 'Choose the file itself.',
        detail,
      });
    case 'ENXIO':
      return new AppError('bad-input', 'This is a socket or a device, not a media file.', {
        file,
        fix: 'Choose a regular file.',
        detail,
      });
    case 'ENAMETOOLONG':
      return new AppError('bad-input', 'The path is longer than this system allows.', {
        file,
        fix: 'Move the file to a folder with a shorter path.',
        detail,
      });
    case 'EISDIR':
      return new AppError('bad-input', 'This is a folder, not a media file.', {
        file,
        fix: 'Choose a file inside it.',
        detail,
      });
    default:
      return new AppError('io', `The file cannot be opened (${code ?? 'unknown error'}).`, {
        file,
        fix: 'Check that the disk is connected and try again.',
        detail,
      });
  }
}
