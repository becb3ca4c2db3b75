import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from './testing/run-cli.ts';

let folder: string;
const file = async (name: string, text: string): Promise<string> => {
  const target = path.join(folder, name);
  await writeFile(target, text);
  return target;
};
const line = (id: string, start: number, duration: number, who: string): string =>
  `SPEAKER ${id} 1 ${start.toFixed(3)} ${duration.toFixed(3)} <NA> <NA> ${who} <NA> <NA>\n`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-evaluate-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('validate: findings and exit status', async () => {
  const good = await file('good.rttm', line('f', 0, 1, 'A') + line('f', 2, 1, 'A'));
  expect(await runCli(['validate', good])).toMatchObject({
    code: 0,
    stdout: 'good.rttm: rttm, 2 turns in 1 recording(s), 0 finding(s)\n',
  });
  const odd = await file('odd.rttm', line('f', 0, 2, 'A') + line('f', 1, 1, 'A') + line('g', 5, 6, 'B'));
  const uem = await file('odd.uem', 'f 1 0 100\n');
  const { code, stdout } = await runCli([
    'validate', odd, '--uem', uem, '--speakers', 'A', '--duration', '10', '--min-turn', '1.5', '--json',
  ]); // prettier-ignore
  const result = JSON.parse(stdout) as { found: number; findings: { kind: string }[] };
  expect(code).toBe(1);
  expect(result.findings.map((one) => one.kind).sort()).toEqual([
    'beyond-end', 'same-speaker-overlap', 'too-short', 'unknown-id', 'unknown-id',
  ]); // prettier-ignore
  expect(await runCli(['validate', await file('zero.rttm', line('f', 0, 0, 'A'))])).toMatchObject({ code: 3 });
  expect(await runCli(['validate', odd, '--duration', 'x'])).toMatchObject({ code: 2 });
});

it('evaluate asv, ossi, asd and agreement', async () => {
  const json = async (...args: string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await runCli(['evaluate', ...args, '--json']);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const trials = await file('trials', '1 a b\n1 a c\n0 a d\n0 a e\n');
  const scores = await file('scores', 'a b 0.9\na c 0.4\na d 0.6\na e 0.1\n');
  expect(await json('asv', trials, scores)).toMatchObject({ eer: 0.5, trials: 4, targets: 2 });
  const gallery = await file('gallery', 'g0 0\ng1 1\n');
  const probe = await file('probe', 'p0 0\np1 1\nu 2\n');
  const embeddings = await file('embeddings', 'g0 1 0\ng1 0 1\np0 1 0.1\np1 0.1 1\nu 1 1\n');
  expect(await json('ossi', gallery, probe, embeddings)).toMatchObject({ known: 2, unknown: 1, dirAtFar: [{ dir: 1 }, { dir: 1 }, { dir: 1 }] }); // prettier-ignore
  const truth = await file('truth.csv', 'v,1,0,0,1,1,SPEAKING_AUDIBLE,a\nv,2,0,0,1,1,NOT_SPEAKING,a\n');
  const predictions = await file(
    'pred.csv',
    'v,1,0,0,1,1,SPEAKING_AUDIBLE,a,0.9\nv,2,0,0,1,1,SPEAKING_AUDIBLE,a,0.1\n',
  );
  expect(await json('asd', truth, predictions)).toMatchObject({ averagePrecision: 1, rows: 2, targets: 1 });
  expect(await json('asd', truth, predictions, '--protocol', 'columbia', '--threshold', '0.5')).toMatchObject({
    f1: 1,
  });
  const [one, other] = [await file('one.rttm', line('f', 0, 4, 'A')), await file('other.rttm', line('f', 0, 4, 'x'))];
  expect(await json('agreement', one, other)).toMatchObject({ pairs: [{ observed: 1, derOfSecond: 0 }] });
  expect(await runCli(['evaluate', 'asv', await file('one-kind', '1 a b 0.5\n')])).toMatchObject({ code: 3 });
  expect(await runCli(['evaluate', 'agreement', one])).toMatchObject({ code: 2 });
});

it('fuse: plain voting, local search, weights by agreement and by region', async () => {
  const inputs = [
    await file('x.rttm', line('f', 0, 4, 'a') + line('f', 4, 4, 'b')),
    await file('y.rttm', line('f', 0, 4, 'p') + line('f', 4, 4, 'q')),
    await file('z.rttm', line('f', 0, 8, 'm')),
  ];
  for (const options of [
    ['--method', 'rover'],
    ['--mapping', 'local-search'],
    ['--weights', 'norm'],
  ]) {
    const out = path.join(folder, 'fused.rttm');
    const { code, stderr } = await runCli(['fuse', ...inputs, '-o', out, '--force', ...options]);
    expect(code, stderr).toBe(0);
    const fused = (await readFile(out, 'utf8')).trim().split('\n');
    expect(fused.map((one) => one.split(' ').slice(3, 5).join(' '))).toEqual(['0.000 4.000', '4.000 4.000']);
  }
  expect(
    await runCli(['fuse', ...inputs, '-o', path.join(folder, 'region.rttm'), '--weights', 'region']),
  ).toMatchObject({ code: 0 });
  expect(await runCli(['fuse', ...inputs, '-o', path.join(folder, 'n.rttm'), '--weights', 'best'])).toMatchObject({
    code: 2,
  });
});

it('convert: frames a second for formats that count frames', async () => {
  const roi = await file('scene.roi.json', '{"50":[{"id":"1","x1":0,"y1":0,"x2":9,"y2":9,"lip":[]}]}');
  const out = path.join(folder, 'scene.via.json');
  const { code, stderr } = await runCli(['convert', roi, '-o', out, '--fps', '50']);
  expect([code, stderr]).toEqual([0, '']);
  expect(await readFile(out, 'utf8')).toMatch(/"z":\s*\[\s*1\s*\]/);
});

it('reads a large RTTM piece by piece: same turns, an error in its last line found, nothing written', async () => {
  const large = path.join(folder, 'large.rttm');
  const handle = await open(large, 'w');
  const block = Array.from({ length: 1000 }, (_, at) => line('f', at, 0.5, 'A')).join('');
  const blocks = Math.ceil((64 * 2 ** 20) / block.length) + 1;
  for (let at = 0; at < blocks; at++) await handle.write(block.replaceAll(' f 1 ', ` f${at} 1 `));
  await handle.close();
  const checked = JSON.parse((await runCli(['validate', large, '--json'])).stdout) as object;
  expect(checked).toMatchObject({ turns: blocks * 1000, files: blocks, found: 0 });
  const copy = path.join(folder, 'copy.rttm');
  expect((await runCli(['convert', large, '-o', copy])).code).toBe(0);
  expect((await readFile(copy)).equals(await readFile(large))).toBe(true);
  await writeFile(large, 'SPEAKER f 1 0 -1 <NA> <NA> A <NA>\n', { flag: 'a' });
  for (const args of [
    ['validate', large],
    ['score', large, copy],
    ['convert', large, '-o', path.join(folder, 'bad.rttm')],
  ]) {
    const { code, stderr } = await runCli(args);
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining(`line ${blocks * 1000 + 1}, column 15: the duration -1 is negative`),
    ]);
  }
  await expect(readFile(path.join(folder, 'bad.rttm'))).rejects.toThrow();
});
