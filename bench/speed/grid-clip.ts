import { existsSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FfmpegTools } from '#media/ffmpeg.ts';
import { runTool } from '#media/run-tool.ts';

const shared = path.resolve(import.meta.dirname, '../../../shared/data/video');
export const hasGrid = existsSync(path.join(shared, 'grid_s1'));
/** Width of a person's panel in 1280×720, by the number of people; GRID is 5:4. */
const PANEL_PX = { 1: 720, 2: 640, 3: 420 } as const;
export type FaceCount = keyof typeof PANEL_PX;

/**
 * 1280×720 at 25 frames a second with `faces` people of GRID side by side, `durationSec` long; the first one's sound.
 * @returns its path
 */
export async function gridClip(
  tools: FfmpegTools,
  folder: string,
  faces: FaceCount,
  durationSec: number,
): Promise<string> {
  const clips = async (name: string): Promise<string[]> => {
    const from = path.join(shared, name);
    const files = (await readdir(from)).filter((file) => file.endsWith('.mpg')).sort();
    return files.map((file) => path.join(from, file));
  };
  const first = await clips('grid_s1');
  const [, ...others] = await clips('grid_10speakers/GRID');
  const people = [first, ...others.map((clip) => first.map(() => clip))].slice(0, faces);
  const lists = await Promise.all(people.map((files, at) => listOf(folder, `person-${faces}-${at}`, files)));
  const width = PANEL_PX[faces];
  const panels = lists.map((_, at) => `[${at}:v]fps=25,scale=${width}:-2,setsar=1[p${at}]`).join(';');
  const stacked =
    faces === 1 ? '[p0]copy[row]' : `${lists.map((_, at) => `[p${at}]`).join('')}hstack=inputs=${faces}[row]`;
  const scene = path.join(folder, `scene-${faces}.mp4`);
  await ffmpeg(tools, [
    ...lists.flatMap((list) => ['-f', 'concat', '-safe', '0', '-i', list]),
    ...['-filter_complex', `${panels};${stacked};[row]pad=1280:720:(ow-iw)/2:(oh-ih)/2:color=0x405060[v]`],
    ...['-map', '[v]', '-map', '0:a', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-c:a', 'aac', scene],
  ]);
  const sceneSec = 3 * first.length;
  const long = path.join(folder, `faces-${faces}.mp4`);
  const list = await listOf(
    folder,
    `long-${faces}`,
    Array.from({ length: Math.ceil(durationSec / sceneSec) }, () => scene),
  );
  await ffmpeg(tools, ['-f', 'concat', '-safe', '0', '-i', list, '-t', String(durationSec), '-c', 'copy', long]);
  return long;
}

async function listOf(folder: string, name: string, files: readonly string[]): Promise<string> {
  const list = path.join(folder, `${name}.txt`);
  await writeFile(list, files.map((file) => `file '${file}'\n`).join(''));
  return list;
}

async function ffmpeg(tools: FfmpegTools, args: readonly string[]): Promise<void> {
  const outcome = await runTool(tools.ffmpegPath, ['-nostdin', '-v', 'error', '-y', ...args], { stallMs: 600_000 });
  if (outcome.exitCode !== 0) throw new Error(`The clip could not be made: ${outcome.stderrTail}`);
}
