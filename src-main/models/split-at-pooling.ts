import { fields, Message, only, text, type Field } from './protobuf.ts';

/** A net cut in two where it pools over time. */
export interface PoolingSplit {
  /** The net's own inputs → what is pooled. */
  trunk: Uint8Array;
  /** What pooling gives → the net's first output. */
  head: Uint8Array;
  /** Name of the head's input. */
  headInput: string;
}

interface GraphNode {
  inputs: string[];
  outputs: string[];
  op: string;
  block: Uint8Array;
}

const FLOAT = 1;

/**
 * Cuts a net that ends in statistics pooling (mean and deviation over time, then linear layers: WeSpeaker's ResNets,
 * ERes2Net) before and after it, so that the part before can run once over a recording and be pooled over any window.
 * Only a candidate: whether mean and deviation join the halves to the same net is for the caller to try out.
 *
 * @returns null where the net has no such place (attention, squeeze and excitation over time)
 * @throws Error for what is no ONNX file
 */
export function splitAtPooling(bytes: Uint8Array): PoolingSplit | null {
  const model = [...fields(bytes)];
  const graph = [...fields(only(model, 7))];
  const nodes = graph.flatMap(({ field, block }) => (field === 1 && block ? [nodeOf(block)] : []));
  const output = text(only(fields(only(graph, 12)), 1));
  const inputs = new Set(
    graph.flatMap(({ field, block }) => (field === 11 && block ? [text(only(fields(block), 1))] : [])),
  );
  for (const { field, block } of graph) if (field === 5 && block) inputs.delete(text(only(fields(block), 8)));

  const pooled = nodes.find(({ op }) => op === 'ReduceMean')?.inputs[0];
  if (pooled === undefined || inputs.has(pooled)) return null;
  const behindPooled = reached(nodes, new Set([pooled]));
  const statistics = nodes.filter(({ op, outputs }) => op === 'Concat' && behindPooled.has(outputs[0]!)).at(-1)
    ?.outputs[0];
  if (statistics === undefined) return null;

  const fed = reached(nodes, inputs);
  const behindStatistics = reached(nodes, new Set([statistics]));
  if (!behindStatistics.has(output)) return null;
  const isHead = ({ outputs }: GraphNode): boolean => outputs.some((name) => behindStatistics.has(name));
  const isConstant = ({ outputs }: GraphNode): boolean => outputs.every((name) => !fed.has(name));
  const head = needed(
    nodes.filter((node) => isHead(node) || isConstant(node)),
    output,
  );
  const loose = head.some(
    (node) =>
      isHead(node) && node.inputs.some((name) => name !== statistics && fed.has(name) && !behindStatistics.has(name)),
  );
  if (loose) return null;
  return {
    trunk: modelOf(model, graph, needed(nodes, pooled), null, pooled),
    head: modelOf(model, graph, head, statistics, output),
    headInput: statistics,
  };
}

function nodeOf(block: Uint8Array): GraphNode {
  const node: GraphNode = { inputs: [], outputs: [], op: '', block };
  for (const { field, block: value } of fields(block)) {
    if (!value) continue;
    if (field === 1) node.inputs.push(text(value));
    else if (field === 2) node.outputs.push(text(value));
    else if (field === 4) node.op = text(value);
  }
  return node;
}

/** Names computed from any of `from`; nodes are in topological order. */
function reached(nodes: readonly GraphNode[], from: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  for (const { inputs, outputs } of nodes) {
    if (inputs.some((name) => from.has(name) || found.has(name))) for (const name of outputs) found.add(name);
  }
  return found;
}

/** The nodes that `output` needs, in order. */
function needed(nodes: readonly GraphNode[], output: string): GraphNode[] {
  const wanted = new Set([output]);
  return nodes
    .toReversed()
    .filter(({ inputs, outputs }) => {
      if (!outputs.some((name) => wanted.has(name))) return false;
      for (const name of inputs) wanted.add(name);
      return true;
    })
    .toReversed();
}

/**
 * A model of some nodes of a graph, with the initializers they use.
 * @param input float32 input of any shape instead of the graph's own; null keeps those
 */
function modelOf(
  model: readonly Field[],
  graph: readonly Field[],
  nodes: readonly GraphNode[],
  input: string | null,
  output: string,
): Uint8Array {
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  const part = new Message();
  for (const { block } of nodes) part.block(1, block);
  part.text(2, 'part');
  for (const { field, block } of graph) {
    if (field === 5 && block && used.has(text(only(fields(block), 8)))) part.block(5, block);
    if (field === 11 && block && input === null) part.block(11, block);
  }
  if (input !== null) part.message(11, anyFloat(input));
  part.message(12, anyFloat(output));
  const whole = new Message();
  for (const { field, block, value } of model) {
    if (field === 7) whole.message(7, part);
    else if (field === 14) continue;
    else if (block) whole.block(field, block);
    else if (value !== undefined) whole.int(field, value);
  }
  return whole.bytes();
}

const anyFloat = (name: string): Message =>
  new Message().text(1, name).message(2, new Message().message(1, new Message().int(1, FLOAT)));
