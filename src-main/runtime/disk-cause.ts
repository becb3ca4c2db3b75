const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'writing there is not allowed',
  EPERM: 'writing there is not allowed',
  EIO: 'the disk reports an error',
  ENOENT: 'a folder of the path is not there',
  ENOTDIR: 'part of the path is a file',
  ENAMETOOLONG: 'the path is too long',
  EMFILE: 'too many files are open',
};

/** What the disk had against it, as the end of a sentence; null for an error that is not the disk's. */
export function diskCause(error: unknown): string | null {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return typeof code === 'string' && Object.hasOwn(causes, code) ? causes[code]! : null;
}
