import { independentWeights } from './independence.ts';
import { greedyTupleCount, mapGreedy, maxGreedyTuples } from './mapping-greedy.ts';
import { mapHungarian } from './mapping-hungarian.ts';
import { mapLocalSearch } from './mapping-local-search.ts';
import type { MappingResult } from './mapping.ts';
import { regionWeights } from './region-weights.ts';
import { cutTime } from './regions.ts';
import type { SystemOutput } from './speech.ts';
import { roverVote, vote, type FusedTurn, type VotingOptions } from './voting.ts';
import { normalise, rankWeights, type WeightType } from './weights.ts';

export interface DoverLapOptions {
  /** `greedy` is the default for three systems and more; two always take `hungarian`. */
  mapping: 'greedy' | 'hungarian' | 'local-search';
  /** Absent: DOVER-Lap's. `rover` takes one speaker at a time and no weights. */
  method?: 'dover-lap' | 'rover';
  weights: WeightType;
  /** For `custom`: a weight per system, in their order. */
  given?: readonly number[];
  /** For `independent`: weights learnt from all recordings of the same systems; absent: from this one alone. */
  independent?: readonly number[];
  voting: VotingOptions;
  /** Reproduce the released code where it ranks the least agreeing system first. */
  bugCompatible: boolean;
}

export const doverLapDefaults: DoverLapOptions = {
  mapping: 'greedy',
  weights: 'independent',
  voting: { sigma: 0.5, ties: 'all' },
  bugCompatible: false,
};

export interface Fusion {
  turns: FusedTurn[];
  /** Per system, sum 1. */
  weights: number[];
  warnings: string[];
}

/**
 * DOVER-Lap (Raj et al., SLT 2021) over the answers of several systems for one recording: labels are mapped to a common
 * set, then every stretch of time is decided by a weighted vote that keeps overlapped speech. The weights `independent` and
 * `region` are our own (independence.ts, region-weights.ts); the voting `rover` is plain and knows no weights.
 */
export function doverLap(systems: readonly SystemOutput[], options: DoverLapOptions = doverLapDefaults): Fusion {
  const warnings: string[] = [];
  const mapped = mapLabels(systems, options, warnings);
  const cut = cutTime(systems);
  const { labels, labelCount } = mapped;
  if (options.method === 'rover')
    return { turns: roverVote(cut, labels, labelCount), weights: normalise(systems.map(() => 1)), warnings };
  if (systems.length === 2 && options.weights !== 'region')
    warnings.push('Two systems cannot outvote each other: where they differ, both are kept.');
  if (options.weights === 'region') {
    const own = regionWeights(systems, cut, labels, labelCount);
    const turns = vote(cut, labels, labelCount, own.weights, options.voting);
    return { turns, weights: own.independence, warnings };
  }
  if (options.weights === 'independent') {
    const weights = options.independent ?? independentWeights([systems]).weights;
    return { turns: vote(cut, labels, labelCount, weights, options.voting), weights: [...weights], warnings };
  }
  const weights = weighSystems(systems.length, options, mapped.agreement, mapped.meanDer);
  return { turns: vote(cut, labels, labelCount, weights, options.voting), weights, warnings };
}

function mapLabels(
  systems: readonly SystemOutput[],
  options: DoverLapOptions,
  warnings: string[],
): MappingResult & { meanDer: readonly number[] | null } {
  let mapping = systems.length <= 2 && options.mapping === 'greedy' ? 'hungarian' : options.mapping;
  const tuples = mapping === 'hungarian' ? 0 : greedyTupleCount(systems);
  const tooMany = tuples > maxGreedyTuples;
  if (tooMany && mapping === 'greedy') mapping = 'hungarian';
  if (tooMany)
    warnings.push(
      `${tuples.toExponential(1)} speaker tuples are too many for the greedy mapping; the Hungarian mapping was used.`,
    );
  if (mapping === 'hungarian') return mapHungarian(systems);
  if (mapping === 'greedy') return { ...mapGreedy(systems), meanDer: null };
  return { ...mapLocalSearch(systems, tooMany ? 'hungarian' : 'greedy'), meanDer: null };
}

function weighSystems(
  count: number,
  options: DoverLapOptions,
  agreement: readonly number[],
  meanDer: readonly number[] | null,
): number[] {
  if (options.weights === 'custom') return normalise(options.given ?? Array<number>(count).fill(1));
  if (options.weights === 'norm') return normalise(agreement);
  // Two systems have one agreement between them: no rank to tell them apart.
  if (options.weights === 'equal' || count <= 2) return normalise(Array<number>(count).fill(1));
  const best = meanDer ? meanDer.map((der) => -der) : agreement;
  if (!options.bugCompatible) return rankWeights(best);
  // Released greedy path: ranks ascend although a higher score is better. Released Hungarian path: systems are re-sorted by
  // DER but the weights stay in input order.
  if (!meanDer) return rankWeights(agreement.map((score) => -score));
  return rankWeights(best).sort((a, b) => b - a);
}
