import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFfmpeg } from '#media/testing/make-media.ts';
import { Diarizer } from './diarize-files.ts';

/** The whole product on pictures that are not as most are: six seconds of the bundled sample with two faces and their voices. */
const sample = path.resolve(import.meta.dirname, '../../resources/sample/sample.mp4');
const CUT = ['-ss', '6', '-t', '6', '-i', sample];
const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-c:a', 'aac'];

let folder = '';
let diarizer: Diarizer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-pictures-'));
  diarizer = await Diarizer.open({ cacheDir: path.join(folder, 'cache') });
});
afterAll(async () => {
  await diarizer.close();
  await rm(folder, { recursive: true, force: true });
});

const make = (name: string, args: readonly string[]): Promise<string> => runFfmpeg(args, path.join(folder, name));

async function diarized(file: string) {
  const { result } = await diarizer.diarize(file);
  for (const { startSec, endSec } of result.segments) {
    expect(startSec).toBeGreaterThanOrEqual(0);
    expect(endSec).toBeGreaterThan(startSec);
    expect(endSec).toBeLessThan(6.2);
  }
  expect(result.segments.length).toBeGreaterThan(0);
  return result;
}

describe('faces are seen, and turns with them', () => {
  it.each([
    ['frames at any time', 'variable.mp4', [...CUT, '-vf', "select='lt(mod(n,11),7)'", '-vsync', 'vfr', ...X264]],
    [
      'interlaced fields',
      'fields.mpg',
      [
        ...[...CUT, '-vf', 'fps=50,scale=640:360,tinterlace=mode=interleave_top', '-c:v', 'mpeg2video'],
        ...['-flags', '+ilme+ildct', '-q:v', '3', '-c:a', 'mp2'],
      ],
    ],
    ['60 frames a second', 'sixty.mp4', [...CUT, '-vf', 'fps=60', ...X264]],
    [
      'one picture with sound',
      'still.mp4',
      [
        ...[...CUT, '-filter_complex', '[0:v]trim=end_frame=1,loop=200:1,setpts=N/25/TB[v]'],
        ...['-map', '[v]', '-map', '0:a', '-r', '25', '-t', '6', ...X264],
      ],
    ],
    ['flashes', 'flashes.mp4', [...CUT, '-vf', "drawbox=color=white:t=fill:enable='lt(mod(n,9),2)'", ...X264]],
  ])('%s', async (_, name, args) => {
    const result = await diarized(await make(name, args));
    expect(result.provenance.systemId).toBe('diarist-av');
    expect(result.picture!.tracks.length).toBeGreaterThan(0);
    expect(result.warnings).toEqual([]);
  });
});

describe('voices alone tell who speaks', () => {
  it('where the picture is one frame long', async () => {
    const frame = await make('frame.mp4', [...CUT, '-frames:v', '1', '-an', ...X264.slice(0, 4)]);
    const sound = await make('sound.m4a', [...CUT, '-vn', '-c:a', 'aac']);
    const both = await make('one.mp4', ['-i', frame, '-i', sound, '-map', '0:v', '-map', '1:a', '-c', 'copy']);
    expect((await diarized(both)).provenance.systemId).toBe('diarist-audio');
  });

  it('where the picture has no frame at all, which is said', async () => {
    const args = [...CUT, '-vf', 'select=0', '-c:v', 'ffv1', '-c:a', 'pcm_s16le'];
    const result = await diarized(await make('none.mkv', args));
    expect(result.provenance.systemId).toBe('diarist-audio');
    expect(result.warnings.join()).toMatch(/No picture could be decoded/);
  });
});
