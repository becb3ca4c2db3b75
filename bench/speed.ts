/**
 *   npm run bench -- speed --peer [--minutes N] [--rounds N]    (bench/peer/compare.ts)
 *   npm run bench -- speed [--part audio|av] [--minutes N] [--media FILE] [--models DIR]
 *
 * Two parts, both with an empty cache: wall seconds, real-time factor, CPU seconds and memory of each stage. CPU seconds of
 * the whole job, start of the engine included and shared by all cores, are held against a limit; wall time depends on what
 * else the machine does.
 *
 * audio: Diarist audio on a recording of N minutes (default 10; FILE looped, by default a conversation of ../shared/data or
 * the bundled sample), beside what one core can do at best (conv roof, measured first). Limit 0.035 of real time.
 *
 * av: Diarist AV on clips of N minutes (default 2) with one, two and three faces, composed of GRID (../shared/data; left
 * out without it), 1280×720 at 25 frames a second. Limits: 0.18 of real time for one face, +0.06 for each further one; taking
 * the frames from ffmpeg costs at most a tenth of ffmpeg's own CPU. --models names a folder of further models.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { rememberCompiledCode } from '../scripts/compile-cache.ts';
import { audioSpeed } from './speed/audio-speed.ts';
import { avSpeed } from './speed/av-speed.ts';
import { hasGrid } from './speed/grid-clip.ts';

const root = path.resolve(import.meta.dirname, '..');

export async function run(args: string[]): Promise<number> {
  // As bin/diarist does for the product (ADR 0055); what is measured is not the first start ever.
  rememberCompiledCode();
  if (args.includes('--peer')) return (await import('./peer/compare.ts')).run(args);
  const valueOf = (name: string): string | undefined =>
    args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const part = valueOf('--part') ?? 'both';
  const minutes = valueOf('--minutes');
  const media = [
    valueOf('--media'),
    path.join(root, '../shared/data/composed/libri_conv/dev/dev_5spk_reverb.flac'),
    path.join(root, 'resources/sample/sample.mp4'),
  ].find((file) => file !== undefined && existsSync(file));
  const isKnown = ['both', 'audio', 'av'].includes(part);
  if (!isKnown || (minutes !== undefined && !(Number(minutes) > 0)) || media === undefined) {
    console.error('Usage: npm run bench -- speed [--part audio|av] [--minutes N] [--media FILE] [--models DIR]');
    return 2;
  }
  let isWithin = true;
  if (part !== 'av') isWithin = await audioSpeed(media, Number(minutes ?? 10));
  if (part !== 'audio') {
    if (hasGrid) isWithin = (await avSpeed(Number(minutes ?? 2), valueOf('--models'))) && isWithin;
    else console.log('Diarist AV was not measured: the clips of GRID in ../shared/data are not there.');
  }
  return isWithin ? 0 : 1;
}
