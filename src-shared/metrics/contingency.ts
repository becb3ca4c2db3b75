/**
 * How often two labellings agree: counts per pair of labels, with marginals. Tables of several files are joined as
 * blocks: no label of one file is a label of another.
 */
export class Contingency {
  /** Reference label → hypothesis label → count. */
  readonly #cells = new Map<string, Map<string, number>>();
  readonly #reference = new Map<string, number>();
  readonly #hypothesis = new Map<string, number>();
  total = 0;

  add(reference: string, hypothesis: string, count: number): void {
    let row = this.#cells.get(reference);
    if (!row) {
      row = new Map();
      this.#cells.set(reference, row);
    }
    row.set(hypothesis, (row.get(hypothesis) ?? 0) + count);
    this.#reference.set(reference, (this.#reference.get(reference) ?? 0) + count);
    this.#hypothesis.set(hypothesis, (this.#hypothesis.get(hypothesis) ?? 0) + count);
    this.total += count;
  }

  /** Adds another table's counts under labels of their own. */
  addBlock(other: Contingency, name: string): void {
    for (const { reference, hypothesis, count } of other.cells()) {
      this.add(`${name}\n${reference}`, `${name}\n${hypothesis}`, count);
    }
  }

  /** Cells that are not empty, with the totals of their row and column. */
  *cells(): Generator<{
    reference: string;
    hypothesis: string;
    count: number;
    inReference: number;
    inHypothesis: number;
  }> {
    for (const [reference, row] of this.#cells) {
      for (const [hypothesis, count] of row) {
        yield {
          reference,
          hypothesis,
          count,
          inReference: this.#reference.get(reference)!,
          inHypothesis: this.#hypothesis.get(hypothesis)!,
        };
      }
    }
  }

  get referenceTotals(): number[] {
    return [...this.#reference.values()];
  }
  get hypothesisTotals(): number[] {
    return [...this.#hypothesis.values()];
  }
}

/** Agreement of two labellings; entropies in bits. */
export interface ClusteringScores {
  bcubedPrecision: number;
  bcubedRecall: number;
  bcubedF1: number;
  /** Goodman–Kruskal tau: how well the reference predicts the hypothesis, and the reverse. */
  tauReferenceHypothesis: number;
  tauHypothesisReference: number;
  /** H(reference | hypothesis) and the reverse. */
  entropyReference: number;
  entropyHypothesis: number;
  mutualInformation: number;
  /** MI / √(H(reference)·H(hypothesis)), 0..1. */
  normalisedMutualInformation: number;
}

/**
 * B-cubed (Bagga & Baldwin 1998), Goodman–Kruskal tau (1954), conditional entropies and mutual information (Strehl &
 * Ghosh 2002) with dscore's answers for labellings of a single label. null for an empty table.
 */
export function clusteringScores(table: Contingency): ClusteringScores | null {
  const { total } = table;
  if (total <= 0) return null;
  let precision = 0;
  let recall = 0;
  let explainsHypothesis = 0;
  let explainsReference = 0;
  let entropyReference = 0;
  let entropyHypothesis = 0;
  let information = 0;
  for (const { count, inReference, inHypothesis } of table.cells()) {
    const share = count / total;
    precision += share * (count / inHypothesis);
    recall += share * (count / inReference);
    explainsHypothesis += (share * count) / inReference;
    explainsReference += (share * count) / inHypothesis;
    entropyReference += share * Math.log2(inHypothesis / count);
    entropyHypothesis += share * Math.log2(inReference / count);
    information += share * Math.log2((count / inReference) * (total / inHypothesis));
  }
  const reference = table.referenceTotals.map((count) => count / total);
  const hypothesis = table.hypothesisTotals.map((count) => count / total);
  return {
    bcubedPrecision: precision,
    bcubedRecall: recall,
    bcubedF1: (2 * precision * recall) / (precision + recall),
    tauReferenceHypothesis: tau(hypothesis, explainsHypothesis),
    tauHypothesisReference: tau(reference, explainsReference),
    entropyReference,
    entropyHypothesis,
    mutualInformation: reference.length === 1 || hypothesis.length === 1 ? 0 : Math.max(0, information),
    normalisedMutualInformation: normalised(information, reference, hypothesis),
  };
}

/** @param shares of the labels that are predicted; `explained` Σ p(x,y)² / p(x) */
function tau(shares: readonly number[], explained: number): number {
  if (shares.length === 1) return 1;
  const variation = 1 - shares.reduce((sum, share) => sum + share * share, 0);
  return (variation - (1 - explained)) / variation;
}

function normalised(information: number, reference: readonly number[], hypothesis: readonly number[]): number {
  if (reference.length === 1 || hypothesis.length === 1) return reference.length === hypothesis.length ? 1 : 0;
  const entropy = (shares: readonly number[]) => shares.reduce((sum, share) => sum - share * Math.log2(share), 0);
  const value = Math.max(0, information) / Math.sqrt(entropy(reference) * entropy(hypothesis));
  return Math.min(1, value);
}
