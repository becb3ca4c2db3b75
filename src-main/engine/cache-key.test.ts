import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, stageKey } from './cache-key.ts';
import type { KeyParts } from './cache-key.ts';

const json = fc.jsonValue();

/** The same value with the fields of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, field]) => [name, reordered(field)]),
  );
}

it('canonical JSON is JSON of the value, whatever the order of its fields', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(reordered(value))).toBe(text);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it('canonical JSON refuses what would collide with something else', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, () => 1, 10n, { a: Symbol('x') }]) {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  }
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
});

const parts: KeyParts = {
  stage: {
    id: 'vad',
    version: '1',
    models: ['silero'],
    decodes: true,
    usesSpeakers: true,
    usesCorrections: ['cutsSec'],
  },
  params: { onset: 0.5 },
  inputs: { pcm: 'aa' },
  modelHashes: ['m1'],
  optionalModelHashes: ['o1', null],
  media: {
    path: '/videos/a.mp4',
    identity: { sizeBytes: 10, mtimeMs: 1, hash: 'sha256:1' },
    probe: { container: 'mp4', durationSec: 1, timeZeroSec: 0, audio: [], video: [], attachedPictures: 0 },
    choice: { audioStream: null, channel: 'mix', range: null },
  },
  speakers: null,
  settings: { ffmpegVersion: 'ffmpeg 7', provider: 'cpu' },
};
const { media } = parts;

it.each<[string, Partial<KeyParts>]>([
  ['another version of the stage', { stage: { ...parts.stage, version: '2' } }],
  ['a parameter', { params: { onset: 0.6 } }],
  ['an input', { inputs: { pcm: 'ab' } }],
  ['a model', { modelHashes: ['m2'] }],
  ['an optional model that is now installed', { optionalModelHashes: ['o1', 'o2'] }],
  ['an optional model that is gone', { optionalModelHashes: [null, null] }],
  ['the content', { media: { ...media, identity: { ...media.identity, hash: 'sha256:2' } } }],
  ['the channel', { media: { ...media, choice: { ...media.choice, channel: 1 } } }],
  ['the range', { media: { ...media, choice: { ...media.choice, range: { startSec: 0, endSec: 5 } } } }],
  ['the speaker count of a stage that uses it', { speakers: { min: 2, max: 2 } }],
  [
    'the cuts that a person edited, of a stage that uses them',
    { corrections: { cutsSec: [1, 2], soundOffsetSec: null } },
  ],
  ['that all cuts were deleted', { corrections: { cutsSec: [], soundOffsetSec: null } }],
  ['the decoder of a stage that decodes', { settings: { ...parts.settings, ffmpegVersion: 'ffmpeg 8' } }],
  ['the provider of a stage with a net', { settings: { ...parts.settings, provider: 'webgpu' } }],
])('the key changes with %s', (_what, change) => {
  expect(stageKey({ ...parts, ...change })).not.toBe(stageKey(parts));
});

it('the key stays for a moved file, and for what the stage does not use', () => {
  const moved = { ...media, path: '/elsewhere/b.mp4', identity: { ...media.identity, mtimeMs: 99 } };
  expect(stageKey({ ...parts, media: moved })).toBe(stageKey(parts));
  const plain = {
    ...parts,
    stage: { id: 'cut', version: '1', models: [] },
    modelHashes: [],
    optionalModelHashes: [null],
  };
  const other = {
    speakers: { min: 1, max: 9 },
    corrections: { cutsSec: [1], soundOffsetSec: 0.1 },
    settings: { ffmpegVersion: 'x', provider: 'webgpu' as const },
  };
  expect(stageKey({ ...plain, ...other })).toBe(stageKey(plain));
  const offset = { corrections: { cutsSec: null, soundOffsetSec: 0.1 } };
  expect(stageKey({ ...parts, ...offset })).toBe(stageKey(parts));
});
