import { systemDescriptions } from '#shared/engine/systems.ts';
import { listModels } from '#models/registry.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { modelsDir } from '../audio/testing/local-kernels.ts';
import { mergeParams } from '../params.ts';
import { findSystem, systems } from './index.ts';

describe('the catalogue of systems', () => {
  it('lists exactly the recipes, in their order', () => {
    expect(systemDescriptions.map((system) => system.id)).toEqual(systems.map((system) => system.id));
    for (const { id, label, version, description, needsVideo } of systemDescriptions) {
      expect(findSystem(id)).toMatchObject({ id, label, version, description, needsVideo });
    }
  });
  it.each(systemDescriptions.map((system) => [system.id, system] as const))(
    'names every parameter of %s with the value that is used and the range that is accepted',
    (id, system) => {
      const { nodes } = findSystem(id);
      const effective = mergeParams(nodes, {});
      const all = nodes.flatMap((node) => Object.keys(node.stage.params.shape).map((name) => `${node.id}.${name}`));
      expect(system.params.map((param) => param.key).sort()).toEqual([...all].sort());
      for (const param of system.params) {
        const [nodeId, name] = param.key.split('.') as [string, string];
        const node = nodes.find((candidate) => candidate.id === nodeId)!;
        expect(effective.get(nodeId)![name], param.key).toBe(param.default);
        const json = z.toJSONSchema(node.stage.params, { io: 'input' });
        const property = json.properties![name] as { minimum?: number; maximum?: number; description?: string };
        expect([property.minimum ?? null, property.maximum ?? null], param.key).toEqual([param.min, param.max]);
        expect(property.description, param.key).toBeTruthy();
      }
    },
  );
  it.each(systemDescriptions.map((system) => [system.id, system] as const))(
    'names the models of %s, all known to the registry',
    async (id, system) => {
      const used = new Set(findSystem(id).nodes.flatMap((node) => node.stage.models));
      expect(new Set(system.models)).toEqual(used);
      const optional = new Set(findSystem(id).nodes.flatMap((node) => node.stage.optionalModels ?? []));
      expect(new Set(system.optionalModels ?? [])).toEqual(new Set([...optional].filter((model) => !used.has(model))));
      const known = new Set((await listModels([modelsDir])).map((model) => model.id));
      for (const model of [...used, ...optional]) expect(known).toContain(model);
    },
  );
  it('names inputs that come earlier in the recipe', () => {
    for (const { nodes, output } of systems) {
      nodes.forEach((node, k) => {
        for (const input of node.inputs) expect(nodes.slice(0, k).map(({ id }) => id)).toContain(input);
      });
      expect(nodes.map((node) => node.id)).toContain(output);
    }
  });
  it('says what there is when a name is unknown', () => {
    expect(() => findSystem('nonsense')).toThrow(
      expect.objectContaining({
        data: expect.objectContaining({ fix: expect.stringContaining('diarist-audio') as unknown }) as unknown,
      }) as Error,
    );
  });
});
