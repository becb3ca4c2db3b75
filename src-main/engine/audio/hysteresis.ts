export { crdnnRules, hysteresisRegions, pyannoteRules, sortformerRules } from '#shared/signal/hysteresis.ts';
export type { HysteresisRules } from '#shared/signal/hysteresis.ts';
