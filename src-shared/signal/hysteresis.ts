/** A stretch of time, seconds. */
export interface TimeRegion {
  startSec: number;
  endSec: number;
}

/** How a posterior becomes regions. All times in seconds. */
export interface HysteresisRules {
  /** A region starts where the posterior is above this … */
  onset: number;
  /** … and ends where it falls below this. */
  offset: number;
  /** Added before a start and after an end. */
  padOnsetSec: number;
  padOffsetSec: number;
  /** Gaps up to this are filled. */
  fillGapSec: number;
  /** Regions up to this are dropped afterwards. */
  dropShortSec: number;
  /** Regions whose mean posterior is below this are dropped at the end; 0 = none. */
  meanAtLeast: number;
}

/** Defaults of SpeechBrain's CRDNN voice activity detection (https://huggingface.co/speechbrain/vad-crdnn-libriparty). */
export const crdnnRules: HysteresisRules = {
  onset: 0.5,
  offset: 0.25,
  padOnsetSec: 0,
  padOffsetSec: 0,
  fillGapSec: 0.25,
  dropShortSec: 0.25,
  meanAtLeast: 0,
};

/** The two post-processings published with Sortformer (https://huggingface.co/nvidia/diar_sortformer_4spk-v1). */
export const sortformerRules = {
  dihard3: {
    onset: 0.64,
    offset: 0.74,
    padOnsetSec: 0.06,
    padOffsetSec: 0,
    fillGapSec: 0.15,
    dropShortSec: 0.1,
    meanAtLeast: 0,
  },
  callhome: {
    onset: 0.53,
    offset: 0.49,
    padOnsetSec: 0.23,
    padOffsetSec: 0.01,
    fillGapSec: 0.34,
    dropShortSec: 0.42,
    meanAtLeast: 0,
  },
} as const satisfies Record<string, HysteresisRules>;

/** One rule for both directions, gaps and regions under 0.1 s away: what is published with the pyannote v1 nets. */
export const pyannoteRules = (threshold: number): HysteresisRules => ({
  onset: threshold,
  offset: threshold,
  padOnsetSec: 0,
  padOffsetSec: 0,
  fillGapSec: 0.1,
  dropShortSec: 0.1,
  meanAtLeast: 0,
});

/**
 * Regions of a posterior by two thresholds, padding, filling of gaps, dropping of short ones and a check of the mean, in
 * this order (SpeechBrain's and pyannote's are special cases). An offset above the onset ends a region at once when the
 * posterior is between them, as it does there.
 * @param posterior frame k covers [k, k + 1) · stepSec
 * @returns sorted, apart from each other, inside [0, durationSec]
 */
export function hysteresisRegions(
  posterior: ArrayLike<number>,
  stepSec: number,
  durationSec: number,
  rules: HysteresisRules,
): TimeRegion[] {
  const raw: TimeRegion[] = [];
  let start = -1;
  for (let k = 0; k <= posterior.length; k++) {
    const value = k < posterior.length ? posterior[k]! : -Infinity;
    if (start < 0 ? value > rules.onset : value < rules.offset) {
      if (start < 0) start = k;
      else {
        raw.push({ startSec: start * stepSec, endSec: k * stepSec });
        start = -1;
      }
    }
  }
  const regions: TimeRegion[] = [];
  for (const { startSec, endSec } of raw) {
    const from = Math.max(0, startSec - rules.padOnsetSec);
    const to = Math.min(durationSec, endSec + rules.padOffsetSec);
    if (to <= from) continue;
    const last = regions[regions.length - 1];
    // Sums of binary fractions: a gap of exactly the limit counts as the limit.
    if (last && from - last.endSec <= rules.fillGapSec + 1e-9) last.endSec = Math.max(last.endSec, to);
    else regions.push({ startSec: from, endSec: to });
  }
  return regions.filter(
    (region) =>
      region.endSec - region.startSec > rules.dropShortSec + 1e-9 &&
      (rules.meanAtLeast <= 0 || meanOf(posterior, stepSec, region) >= rules.meanAtLeast),
  );
}

function meanOf(posterior: ArrayLike<number>, stepSec: number, { startSec, endSec }: TimeRegion): number {
  const first = Math.floor(startSec / stepSec + 1e-6);
  const end = Math.min(posterior.length, Math.max(first + 1, Math.ceil(endSec / stepSec - 1e-6)));
  let sum = 0;
  for (let k = first; k < end; k++) sum += posterior[k]!;
  return end > first ? sum / (end - first) : 0;
}
