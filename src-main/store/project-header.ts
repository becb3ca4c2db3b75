import { AppError } from '#shared/api/errors.ts';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** `DIAR`: marks an SQLite file as a Diarist project. */
export const applicationId = 0x44494152;

/**
 * Looks at a file's first bytes without letting SQLite near it, so that a file that is no project stays untouched.
 *
 * @returns null when there is no such file. Throws AppError `bad-input` for anything that is no project, `io` when it
 *   cannot be read.
 */
export function readProjectHeader(path: string): { version: number } | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return null;
    throw new AppError('io', `The project cannot be read (${code ?? 'unknown reason'}).`, {
      file: path,
      fix: 'Check that the path is right and that you may read the file.',
    });
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) throw noProject(path, 'it is a folder');
    if (!stat.isFile()) throw noProject(path, 'it is not a regular file');
    if (stat.size === 0) throw noProject(path, 'it is empty (0 bytes)');
    const header = Buffer.alloc(100);
    const read = readSync(descriptor, header, 0, 100, 0);
    if (read < 100 || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
      throw noProject(path, 'its content is of another kind');
    }
    if (header.readUInt32BE(68) !== applicationId) {
      throw noProject(path, 'it is a database of another program');
    }
    return { version: header.readUInt32BE(60) };
  } finally {
    closeSync(descriptor);
  }
}

function noProject(path: string, why: string): AppError {
  return new AppError('bad-input', `This is not a Diarist project: ${why}.`, {
    file: path,
    fix: 'Choose a .diarist file, or create a new project under another name.',
  });
}
