import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { appRoot } from '#runtime/entry-path.ts';

/** Where files go that are opened without naming a project: one library of everything. */
export const defaultProjectPath = (dataDir: string): string => path.join(dataDir, 'projects', 'Untitled.diarist');

/** The bundled sample has a project of its own: trying things out on it leaves one's work alone. */
export const sampleProjectPath = (dataDir: string): string => path.join(dataDir, 'projects', 'Sample.diarist');

/** The bundled sample: beside app.asar when packaged, in the checkout otherwise. */
function sampleDir(): string {
  const { resourcesPath } = process as { resourcesPath?: string };
  const packaged = resourcesPath ? path.join(resourcesPath, 'sample') : null;
  return packaged && existsSync(packaged) ? packaged : path.join(appRoot(), 'resources', 'sample');
}

/** Recordings of the bundled sample; empty where it is not there. */
export async function sampleFiles(): Promise<string[]> {
  const folder = sampleDir();
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith('.mp4')).map((name) => path.join(folder, name));
}
