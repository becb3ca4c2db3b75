/**
 * `node export-child.ts <recording> <folder>`: exports again and again, with a line after each round, until it is
 * killed. Even rounds write other labels than odd ones.
 */
import path from 'node:path';
import { findTools } from '#media/ffmpeg.ts';
import { identifyFile } from '#media/identity.ts';
import { probeMedia } from '#media/probe.ts';
import { exportFiles, exportSubset } from '../index.ts';
import { MemoryProject } from './memory-project.ts';

const [file, folder] = process.argv.slice(2) as [string, string];
const tools = await findTools();
const identity = await identifyFile(file);
const probe = await probeMedia(tools, file);
const projectOf = (name: string) => {
  const project = new MemoryProject();
  project.add(
    'a',
    file,
    probe.durationSec,
    Array.from({ length: 100 }, (_, at) => [name, at / 50, (at + 1) / 50]),
    {
      identity,
      probe,
    },
  );
  return project;
};
const choice = { mediaIds: ['a'], reviewedOnly: false, minTurnSec: 0, withOverlap: true };
for (let round = 0; ; round++) {
  const project = projectOf(round % 2 === 0 ? 'even' : 'odd');
  await exportFiles(project, { mediaIds: ['a'], formats: ['rttm', 'via3', 'uem'], folder, overwrite: true });
  const cuts = round % 2 === 0 ? 'turns' : 'whole';
  await exportSubset(project, tools, { ...choice, cuts }, path.join(folder, `subset-${round}`));
  process.stdout.write(`${round}\n`);
}
