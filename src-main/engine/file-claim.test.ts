import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FileClaim, isHeld } from './file-claim.ts';
import { mayBeAlive, ownIdentity } from './process-identity.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'diarist-claim-'));
  file = path.join(folder, 'deep', 'one.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('one holder at a time; free again after release', async () => {
  const first = await FileClaim.tryTake(file);
  expect(first).not.toBeNull();
  expect(await FileClaim.tryTake(file)).toBeNull();
  await first!.release();
  expect(await isHeld(file)).toBe(false);
  const second = await FileClaim.tryTake(file);
  expect(second).not.toBeNull();
  await second!.release();
});

it('many may try to take over a stale claim: it has a new holder then', async () => {
  const first = await FileClaim.tryTake(file);
  await first!.release();
  await writeFile(file, JSON.stringify({ host: hostname(), pid: await deadPid(), started: '1', token: 'x' }));
  const taken = (await Promise.all(Array.from({ length: 8 }, () => FileClaim.tryTake(file)))).filter(Boolean);
  expect(taken.length).toBeGreaterThanOrEqual(1);
  expect(await isHeld(file)).toBe(true);
  for (const claim of taken) await claim?.release();
});

it.each([
  ['of a dead process', async () => JSON.stringify({ ...ownIdentity(), pid: await deadPid(), token: 'x' })],
  ['of a process id that is used again', async () => JSON.stringify({ ...ownIdentity(), started: '1', token: 'x' })],
])('a claim %s is taken over', async (_what, content) => {
  const first = await FileClaim.tryTake(file);
  await first!.release();
  await writeFile(file, await content());
  const claim = await FileClaim.tryTake(file);
  expect(claim).not.toBeNull();
  expect(await readFile(file, 'utf8')).toContain(`"pid":${process.pid}`);
  await claim!.release();
});

it('a claim that was torn while it was written, or not touched for long, is taken over', async () => {
  const first = await FileClaim.tryTake(file);
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(file, longAgo, longAgo);
  const second = await FileClaim.tryTake(file);
  expect(second).not.toBeNull();
  await writeFile(file, '{"ho');
  expect(await isHeld(file)).toBe(true);
  await utimes(file, longAgo, longAgo);
  expect(await isHeld(file)).toBe(false);
  await first!.release();
  await second!.release();
});

it('a process of another computer counts as alive', () => {
  expect(mayBeAlive({ host: 'elsewhere', pid: 1, started: null })).toBe(true);
  expect(mayBeAlive(ownIdentity())).toBe(true);
});

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' });
  await once(child, 'exit');
  return child.pid!;
}
