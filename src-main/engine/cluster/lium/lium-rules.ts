/** Settings of LIUM's chain. */
export interface LiumRules {
  /** Length of the two windows of the GLR, and least distance of borders. */
  windowFrames: number;
  linearLambda: number;
  hierarchicalLambda: number;
  /** What follows the BIC: nothing, cross log-likelihood ratio, cross entropy, or the integer linear program. */
  clustering: 'bic' | 'clr' | 'ce' | 'ilp';
  clrThreshold: number;
}
