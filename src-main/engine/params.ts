import { AppError } from '#shared/api/errors.ts';
import type { z } from 'zod';
import type { RecipeNode } from './stage.ts';

/** Effective parameters of every node, by node id. */
export type NodeParams = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/**
 * Stage defaults ← the recipe's published values ← the job's overrides (`node.param` → value; a node is what a recipe
 * calls a stage).
 * @throws AppError `bad-parameter` for an unknown key (with the known ones) or a value outside its range
 */
export function mergeParams(nodes: readonly RecipeNode[], overrides: Readonly<Record<string, unknown>>): NodeParams {
  const known = new Map<string, { node: RecipeNode; name: string }>();
  for (const node of nodes) {
    for (const name of Object.keys(node.stage.params.shape)) known.set(`${node.id}.${name}`, { node, name });
  }
  const given = new Map(nodes.map((node): [string, Record<string, unknown>] => [node.id, { ...node.params }]));
  for (const [key, value] of Object.entries(forAllOfOneNet(nodes, overrides))) {
    const target = known.get(key);
    if (!target) {
      throw new AppError('bad-parameter', `There is no parameter ${JSON.stringify(key)} in this system.`, {
        fix: known.size > 0 ? `Known parameters: ${[...known.keys()].join(', ')}.` : 'This system has no parameters.',
      });
    }
    given.get(target.node.id)![target.name] = value;
  }
  const merged = new Map<string, Record<string, unknown>>();
  for (const node of nodes) {
    const parsed = node.stage.params.safeParse(given.get(node.id));
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      const key = [node.id, ...issue.path.map(String)].join('.');
      throw new AppError('bad-parameter', `${key} ${inWords(issue)}.`, {
        fix: `Give another value or leave ${key} out to use the published one.`,
      });
    }
    merged.set(node.id, parsed.data);
  }
  return merged;
}

/** What a net is fed is one thing wherever a system runs it: said for one node it holds for all of that stage. */
const NET_PARAM = 'frontEnd';

function forAllOfOneNet(
  nodes: readonly RecipeNode[],
  overrides: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const own = nodes.filter(({ stage }) => NET_PARAM in stage.params.shape);
  const said = new Map(
    own.flatMap(({ id, stage }) => {
      const value = overrides[`${id}.${NET_PARAM}`];
      return value === undefined ? [] : [[stage.id, value] as const];
    }),
  );
  const implied = own.flatMap(({ id, stage }) =>
    said.has(stage.id) ? [[`${id}.${NET_PARAM}`, said.get(stage.id)] as const] : [],
  );
  return { ...Object.fromEntries(implied), ...overrides };
}

/** What zod found, as the end of a sentence that begins with the parameter. */
function inWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    case 'invalid_type':
      return `must be ${issue.expected === 'int' ? 'a whole number' : `a ${issue.expected}`}`;
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    default:
      return `was refused: ${issue.message}`;
  }
}

/** The same as one flat record, `node.param` → value, for the provenance. */
export function flatParams(nodes: readonly RecipeNode[], params: NodeParams): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const node of nodes) {
    for (const [name, value] of Object.entries(params.get(node.id) ?? {})) flat[`${node.id}.${name}`] = value;
  }
  return flat;
}
