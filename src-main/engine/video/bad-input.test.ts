import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runFfmpeg } from '#media/testing/make-media.ts';
import { boxAt, FaceFollower, type FollowedFaces } from './testing/face-follower.ts';

/** Pictures that are not as most are, made of the bundled sample, which shows two drawn faces. */
const sample = path.resolve(import.meta.dirname, '../../../resources/sample/sample.mp4');
const TONE = ['-f', 'lavfi', '-i', 'sine=f=300:r=16000'];
/** Lossless and quick. */
const FFV1 = ['-c:v', 'ffv1'];

/** One frame for 3 s. */
const STILL = [
  ...['-ss', '2', '-i', sample, ...TONE, '-map', '[v]', '-map', '1:a', '-t', '3', '-c:v', 'libx264', '-c:a', 'aac'],
  ...['-filter_complex', '[0:v]trim=end_frame=1,scale=640:360,loop=200:1,setpts=N/25/TB[v]', '-r', '25'],
];

let folder = '';
let faces: FaceFollower;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-bad-'));
  faces = await FaceFollower.open();
});
afterAll(async () => {
  await faces.close();
  await rm(folder, { recursive: true, force: true });
});

const make = (name: string, args: readonly string[]): Promise<string> => runFfmpeg(args, path.join(folder, name));
const cut = (sec: number): string[] => ['-ss', '2', '-t', String(sec), '-i', sample];

/** Tracks of at least `share` of the frames. */
function longTracks({ index, shots }: FollowedFaces, share = 0.9): FollowedFaces['index']['tracks'] {
  const frames = shots.shots.at(-1)!.endFrame - shots.shots[0]!.firstFrame;
  return index.tracks.filter(({ frameCount }) => frameCount >= share * frames);
}

describe('two faces are followed through', () => {
  const flat = ['-an', '-vf'];
  it.each([
    ['60 frames a second', 'sixty.mkv', [...cut(1.2), ...flat, 'fps=60,scale=640:360', ...FFV1], 30],
    ['15 frames a second', 'fifteen.mkv', [...cut(1.2), ...flat, 'fps=15,scale=640:360', ...FFV1], 30],
    ['10 bits a sample', 'ten.mkv', [...cut(1.2), ...flat, 'scale=640:360', ...FFV1, '-pix_fmt', 'yuv420p10le'], 30],
    [
      'interlaced fields',
      'fields.mkv',
      [
        ...[...cut(1.2), ...flat, 'fps=50,scale=640:360,tinterlace=mode=interleave_top'],
        ...['-c:v', 'mpeg2video', '-flags', '+ilme+ildct', '-q:v', '3'],
      ],
      30,
    ],
    [
      'frames at any time',
      'variable.mkv',
      [...cut(1.2), ...flat, "scale=640:360,select='lt(n,9)+gt(n,15)*not(mod(n,3))'", '-vsync', 'vfr', ...FFV1],
      30,
    ],
    ['one picture with sound', 'still.mkv', STILL, 75],
  ])('%s', async (_, name, args, frames) => {
    const found = await faces.follow(await make(name, args));
    expect(found.shots.shots).toHaveLength(1);
    expect(Math.abs(found.shots.shots[0]!.endFrame - frames)).toBeLessThanOrEqual(3);
    expect(found.index.tracks).toHaveLength(2);
    expect(longTracks(found)).toHaveLength(2);
    // Where they are drawn: at 400 and 880 of 1280.
    const centres = found.index.tracks.map((track) => {
      const { x1, x2 } = boxAt(found, track, 20);
      return (x1 + x2) / 2;
    });
    expect(centres.toSorted((a, b) => a - b).map((x) => Math.round(x / 80))).toEqual([5, 11]);
    expect(found.warnings).toEqual([]);
  });

  it('a picture that was filmed upright and lies in the file', async () => {
    const lying = await make('lying.mp4', [...cut(1.2), ...flat, 'scale=640:360,transpose=cclock', '-c:v', 'libx264']);
    // This ffmpeg reads the tag the other way round when it copies.
    const turned = await make('turned.mp4', ['-i', lying, '-c', 'copy', '-metadata:s:v', 'rotate=270']);
    const found = await faces.follow(turned);
    expect(longTracks(found)).toHaveLength(2);
    for (const track of found.index.tracks) {
      const { x1, y1, x2, y2 } = boxAt(found, track, 20);
      expect((x2 - x1) / (y2 - y1)).toBeGreaterThan(0.6);
      expect(Math.round((y1 + y2) / 144)).toBe(5);
    }
  });
});

describe('other pictures', () => {
  it('18 faces at once are 18 tracks', async () => {
    // A head of 210×210 pixels, three rows of six.
    const tiles = 'crop=300:300:250:170,fps=25,scale=210:210,loop=loop=-1:size=1:start=0,tile=6x3';
    const many = await make('many.mkv', [...cut(4), '-an', '-vf', tiles, '-frames:v', '1', ...FFV1]);
    const moving = await make('many-frames.mkv', [
      '-loop',
      '1',
      '-i',
      await toPng(many),
      '-t',
      '1.2',
      '-r',
      '25',
      ...FFV1,
    ]);
    const found = await faces.follow(moving);
    expect(found.index.tracks.length).toBeGreaterThanOrEqual(16);
    expect(found.index.tracks.length).toBeLessThanOrEqual(18);
  });

  it('a face half out of the picture is no reason to fail, and its box may reach beyond', async () => {
    // The left one is cut off at the middle of its face.
    const found = await faces.follow(
      await make('half.mkv', [...cut(1.2), '-an', '-vf', 'crop=880:720:400:0', ...FFV1]),
    );
    expect(longTracks(found).length).toBeGreaterThanOrEqual(1);
    for (const track of found.index.tracks) {
      const { x1, x2 } = boxAt(found, track, 10, [880, 720]);
      expect(x1).toBeGreaterThan(-200);
      expect(x2).toBeLessThan(1080);
    }
  });

  it('flashes leave shots and tracks in order', async () => {
    const flash = "scale=640:360,drawbox=color=white:t=fill:enable='lt(mod(n,6),2)'";
    const found = await faces.follow(await make('flashes.mkv', [...cut(2.4), '-an', '-vf', flash, ...FFV1]));
    const { shots } = found.shots;
    expect(shots[0]!.firstFrame).toBe(0);
    expect(shots.at(-1)!.endFrame).toBe(60);
    shots.slice(1).forEach((shot, at) => expect(shot.firstFrame).toBe(shots[at]!.endFrame));
    for (const { shot, firstFrame, frameCount } of found.index.tracks) {
      expect(firstFrame).toBeGreaterThanOrEqual(shots[shot]!.firstFrame);
      expect(firstFrame + frameCount).toBeLessThanOrEqual(shots[shot]!.endFrame);
    }
  });

  it('one frame is one shot without a track', async () => {
    const found = await faces.follow(
      await make('one.mkv', [...cut(1), '-an', '-vf', 'scale=640:360', '-frames:v', '1', ...FFV1]),
    );
    expect(found.shots.shots).toEqual([{ firstFrame: 0, endFrame: 1 }]);
    expect(found.index.tracks).toEqual([]);
  });

  it('no frame at all is said, and the job goes on', async () => {
    const empty = await make('none.mkv', [...cut(1), '-vf', 'select=0', ...FFV1, '-c:a', 'pcm_s16le']);
    const found = await faces.follow(empty);
    expect(found.shots.shots).toEqual([]);
    expect(found.index.tracks).toEqual([]);
    expect(found.warnings.join()).toMatch(/picture could not be read: No picture could be decoded/);
  });
});

async function toPng(video: string): Promise<string> {
  return make('many.png', ['-i', video, '-frames:v', '1']);
}
