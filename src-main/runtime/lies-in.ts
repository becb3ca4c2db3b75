import path from 'node:path';

/** Does a file or folder lie below this folder? Not where it is that folder. Links are not followed. */
export function liesIn(file: string, dir: string): boolean {
  const relative = path.relative(path.resolve(dir), path.resolve(file));
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
