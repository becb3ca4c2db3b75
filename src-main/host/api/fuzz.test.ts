import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { apiMethods, contract } from '#shared/api/contract.ts';
import type { Host } from '../host.ts';
import type { TestPlace } from '../testing/test-host.ts';
import { testHost, testPlace } from '../testing/test-host.ts';

let place: TestPlace;
let host: Host;
let mediaId: string;
beforeAll(async () => {
  place = await testPlace();
  host = await testHost(place, { media: [place.wav] });
  const list = await host.dispatch('media.list', {});
  mediaId = (list as { value: { id: string }[] }).value[0]!.id;
  await vi.waitFor(async () => expect(await state()).toMatchObject({ media: [{ state: 'ready' }] }));
});
afterAll(async () => {
  await host.close();
  await place.remove();
});

/** All that a call could change. */
async function state(): Promise<Record<string, unknown>> {
  const value = async (method: string, input: unknown = {}): Promise<unknown> => {
    const result = await host.dispatch(method, input);
    return result.ok ? result.value : result.error;
  };
  return {
    media: await value('media.list'),
    document: await value('document.get', { mediaId }),
    hypotheses: await value('hypothesis.list', { mediaId }),
    settings: await value('settings.get'),
    view: await value('project.getView'),
    project: await value('project.get'),
    jobs: await value('jobs.list'),
    files: (await readdir(place.folder)).sort(),
  };
}

const names = fc.oneof(
  fc.constantFrom(...apiMethods),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    'app.info ',
    'APP.INFO',
    'edit.apply\0',
  ),
  fc.string(),
  fc.constantFrom<unknown>(null, undefined, 0, NaN, {}, [], true),
);
const hostile = fc.oneof(
  fc.anything({
    withNullPrototype: true,
    withMap: true,
    withSet: true,
    withDate: true,
    withTypedArray: true,
    maxDepth: 3,
  }),
  fc.constantFrom<unknown>(
    JSON.parse('{"__proto__":{"polluted":true}}'),
    { mediaId: "'); DROP TABLE media;--" },
    { mediaId: '../../etc/passwd' },
    { path: '\0' },
    { paths: [] },
    { paths: ['concat:x.mp4'] },
    { mediaId: 'x', baseRevision: 1e308, op: { op: 'segment.add' } },
    { doubtLimit: Infinity },
    { text: 'x'.repeat(10_000), fileName: 'x'.repeat(1000), mediaId: 'x' },
  ),
);

describe('10,000 malformed calls', () => {
  it('all come back as errors in data, and change nothing', async () => {
    const before = await state();
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(names, hostile, async (method, input) => {
        // Calls that happen to be valid are not malformed; they are walked in transports.test.ts.
        if (typeof method === 'string' && Object.hasOwn(contract, method)) {
          const { input: schema } = contract[method as keyof typeof contract];
          if (schema.safeParse(input).success) return;
        }
        calls += 1;
        const result = await host.dispatch(method, input);
        expect(result).toMatchObject({ ok: false, error: { code: 'bad-input' } });
      }),
      { numRuns: 14_000 },
    );
    expect(calls).toBeGreaterThan(10_000);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(await state()).toEqual(before);
  });
});
