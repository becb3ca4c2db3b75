import type { JobProgress } from '#shared/engine/protocol.ts';

/** At most ten messages a second. */
const minGapMs = 100;
/** Before this much work is done a rate is a guess. */
const minShareForEta = 0.02;
const minElapsedForEtaMs = 1_000;

export interface PlannedStage {
  nodeId: string;
  stageId: string;
  label: string;
  /** Any unit, e.g. CPU seconds. */
  cost: number;
}

/**
 * Turns reports of single stages into the job's progress: shares weighted by cost, never falling, at most ten a second,
 * with the time left from the speed measured so far.
 */
export class ProgressMeter {
  readonly #send: (progress: JobProgress) => void;
  readonly #nowMs: () => number;
  #planned = new Map<string, PlannedStage>();
  #finished = new Set<string>();
  #current: PlannedStage | null = null;
  #currentShare = 0;
  #totalShare = 0;
  #startMs: number;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(send: (progress: JobProgress) => void, nowMs: () => number = () => performance.now()) {
    this.#send = send;
    this.#nowMs = nowMs;
    this.#startMs = nowMs();
  }

  /** What is really to be done: stages already in the cache are left out. May be called again when work came back. */
  plan(stages: readonly PlannedStage[]): void {
    this.#planned = new Map(stages.map((stage) => [stage.nodeId, stage]));
    this.#finished = new Set();
    this.#startMs = this.#nowMs();
  }

  begin(stage: PlannedStage): void {
    this.#current = stage;
    this.#currentShare = 0;
    this.#changed();
  }

  /** Share of the current stage, 0..1. */
  report(share: number): void {
    if (!Number.isFinite(share)) return;
    this.#currentShare = Math.min(1, Math.max(this.#currentShare, share));
    this.#changed();
  }

  finish(nodeId: string): void {
    this.#finished.add(nodeId);
    this.#currentShare = 1;
    this.#changed();
  }

  /** Sends nothing any more. */
  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#current = null;
  }

  #changed(): void {
    if (this.#timer || !this.#current) return;
    const waitMs = this.#lastSentMs + minGapMs - this.#nowMs();
    if (waitMs <= 0) this.#flush();
    else {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#flush();
      }, waitMs);
      this.#timer.unref();
    }
  }

  #flush(): void {
    const current = this.#current;
    if (!current) return;
    this.#lastSentMs = this.#nowMs();
    let totalCost = 0;
    let doneCost = 0;
    for (const stage of this.#planned.values()) {
      totalCost += stage.cost;
      if (this.#finished.has(stage.nodeId)) doneCost += stage.cost;
      else if (stage.nodeId === current.nodeId) doneCost += stage.cost * this.#currentShare;
    }
    const share = totalCost > 0 ? Math.min(1, doneCost / totalCost) : 0;
    this.#totalShare = Math.max(this.#totalShare, share);
    const elapsedMs = this.#nowMs() - this.#startMs;
    const known = share >= minShareForEta && elapsedMs >= minElapsedForEtaMs;
    this.#send({
      stage: current.stageId,
      stageLabel: current.label,
      stageShare: this.#currentShare,
      totalShare: this.#totalShare,
      etaSec: known ? ((elapsedMs / share) * (1 - share)) / 1000 : null,
    });
  }
}
