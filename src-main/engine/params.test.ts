import { expect, it } from 'vitest';
import { z } from 'zod';
import { AppError } from '#shared/api/errors.ts';
import { flatParams, mergeParams } from './params.ts';
import type { RecipeNode, Stage } from './stage.ts';

const stage: Stage = {
  id: 'vad',
  version: '1',
  label: 'Finding speech',
  params: z.object({ onset: z.number().min(0).max(1).default(0.5), padSec: z.number().default(0.1) }),
  models: [],
  run: async () => undefined,
};
const node = (id: string, params?: Record<string, unknown>): RecipeNode => ({
  id,
  stage,
  inputs: [],
  costPerHour: 1,
  ...(params ? { params } : {}),
});
const nodes = [node('coarse'), node('fine', { onset: 0.3 })];

const errorOf = (overrides: Record<string, unknown>): AppError['data'] => {
  try {
    mergeParams(nodes, overrides);
  } catch (error) {
    if (error instanceof AppError) return error.data;
  }
  throw new Error('no AppError');
};

it('overrides win over published values, which win over defaults', () => {
  const merged = mergeParams(nodes, { 'fine.padSec': 2 });
  expect(flatParams(nodes, merged)).toEqual({
    'coarse.onset': 0.5,
    'coarse.padSec': 0.1,
    'fine.onset': 0.3,
    'fine.padSec': 2,
  });
});

it('an unknown parameter is refused with the known ones', () => {
  for (const key of ['fine.onsets', 'onset', 'vad.onset', 'fine', '__proto__.x', 'fine.constructor']) {
    const error = errorOf({ [key]: 1 });
    expect(error.code).toBe('bad-parameter');
    expect(error.message).toContain(JSON.stringify(key));
    expect(error.fix).toContain('coarse.onset, coarse.padSec, fine.onset, fine.padSec');
  }
});

it('a value outside its range or of another type is refused by name', () => {
  for (const value of [2, '0.4', null, Number.NaN]) {
    const error = errorOf({ 'fine.onset': value });
    expect(error.code).toBe('bad-parameter');
    expect(error.message).toContain('fine.onset');
  }
});

it('what a net is fed is said once for all its places, or for each', () => {
  const fed: Stage = {
    ...stage,
    id: 'net',
    params: z.object({ frontEnd: z.string().default('mel'), hop: z.number().default(1) }),
  };
  const places = ['coarse', 'fine'].map((id): RecipeNode => ({ ...node(id), stage: fed }));
  const other = { ...node('other'), stage: { ...fed, id: 'another-net' } };
  const of = (overrides: Record<string, unknown>) => {
    const merged = mergeParams([...places, other], overrides);
    return ['coarse', 'fine', 'other'].map((id) => [merged.get(id)!['frontEnd'], merged.get(id)!['hop']]);
  };
  expect(of({ 'coarse.frontEnd': 'mfcc', 'coarse.hop': 2 })).toEqual([
    ['mfcc', 2],
    ['mfcc', 1],
    ['mel', 1],
  ]);
  expect(of({ 'coarse.frontEnd': 'mfcc', 'fine.frontEnd': 'wave' }).map(([frontEnd]) => frontEnd)).toEqual([
    'mfcc',
    'wave',
    'mel',
  ]);
});
