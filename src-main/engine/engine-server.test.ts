import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FromEngine } from '#shared/engine/protocol.ts';
import { EngineFixture } from '../testing/engine-fixture.ts';
import type { EnginePort } from './engine-port.ts';
import { EngineServer } from './engine-server.ts';
import { testRecipes } from './testing/test-recipe.ts';

let fixture: EngineFixture;
beforeAll(async () => {
  fixture = await EngineFixture.create(2);
});
afterAll(() => fixture.remove());

/** A server in this process, and the messages it has sent. */
function start(): { server: EngineServer; tell: (message: unknown) => void; sent: FromEngine[] } {
  const sent: FromEngine[] = [];
  let listener: (message: unknown) => void = () => undefined;
  const port: EnginePort = {
    send: (message) => void sent.push(message),
    onMessage: (given) => {
      listener = given;
    },
    onClose: () => undefined,
  };
  const server = new EngineServer(port, {
    findSystem: (id) => testRecipes.find((recipe) => recipe.id === id)!,
  });
  return { server, sent, tell: (message) => listener(message) };
}

const ends = (sent: FromEngine[], jobId: string): FromEngine[] =>
  sent.filter(
    (one) => (one.type === 'done' || one.type === 'failed' || one.type === 'cancelled') && one.jobId === jobId,
  );
async function ended(sent: FromEngine[], jobId: string): Promise<FromEngine> {
  for (;;) {
    const [end] = ends(sent, jobId);
    if (end) return end;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

it('survives any message: refuses it in the log and still does its work', async () => {
  const { server, tell, sent } = start();
  const job = fixture.job();
  const almost = fc.oneof(
    fc.anything(),
    fc.record({ type: fc.constantFrom('configure', 'start', 'cancel', 'stop', '__proto__'), settings: fc.anything() }),
    fc.record({ type: fc.constant('start'), job: fc.anything() }),
    fc.record({ type: fc.constant('start'), job: fc.constant({ ...job, speakers: { min: -1, max: 'x' } }) }),
    fc.record({ type: fc.constant('cancel'), jobId: fc.oneof(fc.string(), fc.anything()) }),
  );
  fc.assert(
    fc.property(almost, (message) => {
      expect(() => tell(message)).not.toThrow();
    }),
  );
  expect(sent.every((one) => one.type === 'log')).toBe(true);
  tell({ type: 'configure', settings: fixture.settings });
  tell({ type: 'start', job });
  expect(await ended(sent, job.jobId)).toMatchObject({ type: 'done', result: { kind: 'diarize', decodedSec: 2 } });
  await server.close();
});

it('does jobs one after another; one that waits is cancelled at once', async () => {
  const { server, tell, sent } = start();
  tell({ type: 'configure', settings: fixture.settings });
  const slow = fixture.job({ params: { 'loudness.delayMs': 200 } });
  const waiting = fixture.job();
  const last = fixture.job({ params: { 'turns.floor': 0.2 } });
  for (const job of [slow, waiting, last]) tell({ type: 'start', job });
  tell({ type: 'cancel', jobId: waiting.jobId });
  expect(ends(sent, waiting.jobId)).toMatchObject([{ type: 'cancelled' }]);
  await ended(sent, last.jobId);
  const order = sent.flatMap((one) => (one.type === 'done' ? [one.jobId] : []));
  expect(order).toEqual([slow.jobId, last.jobId]);
  expect(sent.filter((one) => one.type === 'progress' && one.jobId === waiting.jobId)).toEqual([]);
  await server.close();
});

it('tells why a job cannot be done', async () => {
  const { server, tell, sent } = start();
  const early = fixture.job();
  tell({ type: 'start', job: early });
  expect(await ended(sent, early.jobId)).toMatchObject({ type: 'failed', error: { code: 'internal' } });
  tell({ type: 'configure', settings: fixture.settings });
  const { media } = fixture;
  const gone = fixture.job({ media: { ...media, path: `${media.path}.gone` } });
  const other = fixture.job({ media: { ...media, identity: { ...media.identity, sizeBytes: 5 } } });
  const mute = fixture.job({ media: { ...media, probe: { ...media.probe, audio: [] } } });
  const undeclared = fixture.job({ systemId: 'test-undeclared' });
  const unknown = fixture.job({ params: { 'turns.flor': 1 } });
  for (const job of [gone, other, mute, undeclared, unknown]) tell({ type: 'start', job });
  await ended(sent, unknown.jobId);
  const errors = [gone, other, mute, undeclared, unknown].map((job) => ends(sent, job.jobId)[0]);
  expect(errors).toMatchObject([
    { type: 'failed', error: { code: 'not-found', file: gone.media.path } },
    { type: 'failed', error: { code: 'conflict', file: media.path } },
    { type: 'failed', error: { code: 'bad-input', file: media.path } },
    { type: 'failed', error: { code: 'internal' } },
    { type: 'failed', error: { code: 'bad-parameter' } },
  ]);
  await server.close();
});

it('reads a file without a system: waveform and samples, no labels', async () => {
  const { server, tell, sent } = start();
  tell({ type: 'configure', settings: fixture.settings });
  const job = fixture.job({ kind: 'ingest', systemId: 'whatever' });
  tell({ type: 'start', job });
  const end = await ended(sent, job.jobId);
  if (end.type !== 'done') throw new Error(JSON.stringify(end));
  expect(end.result).toMatchObject({ kind: 'ingest', segments: [], decodedSec: 2, expectedSec: 2, warnings: [] });
  expect(end.result.artifacts.map((one) => one.name)).toEqual(expect.arrayContaining(['pcm', 'peaks']));
  expect(end.result.artifacts.find((one) => one.name === 'pcm')!.sizeBytes).toBe(2 * 16_000 * 2);
  await server.close();
});
