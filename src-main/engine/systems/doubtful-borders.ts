interface Span {
  startSec: number;
  endSec: number;
}

/** Mean probability within speech that is heard well: its edges are never certain. */
const USUAL_CERTAINTY = 0.95;

/**
 * How far borders move outwards, seconds, where speech is heard badly.
 * @param doubtPadSec per unit of mean speech probability within the regions that is missing
 */
export function widerBordersSec(
  doubtPadSec: number,
  regions: readonly Span[],
  vad: { probabilities: ArrayLike<number>; stepSec: number },
): number {
  let sum = 0;
  let count = 0;
  for (const { startSec, endSec } of regions) {
    const end = Math.min(vad.probabilities.length, Math.ceil(endSec / vad.stepSec - 1e-6));
    for (let k = Math.floor(startSec / vad.stepSec + 1e-6); k < end; k++, count++) sum += vad.probabilities[k]!;
  }
  return count > 0 ? doubtPadSec * Math.max(0, USUAL_CERTAINTY - sum / count) : 0;
}

/**
 * Windows whose outer borders, those of their regions, are moved outwards: badly heard speech begins earlier and ends later
 * than it is noticed. Neighbouring regions meet in the middle at most; nothing leaves the sound.
 * @param windows in order of time, those of one region in a row
 * @param bySec how far, seconds
 */
export function withWiderBorders<W extends Span & { region: number }>(
  windows: readonly W[],
  bySec: number,
  durationSec: number,
): W[] {
  if (!(bySec > 0)) return [...windows];
  return windows.map((window, i) => {
    const before = windows[i - 1];
    const after = windows[i + 1];
    const room = (from: number, to: number): number => Math.max(0, Math.min(bySec, (to - from) / 2));
    let { startSec, endSec } = window;
    if (!before) startSec = Math.max(0, startSec - bySec);
    else if (before.region !== window.region) startSec -= room(before.endSec, startSec);
    if (!after) endSec = Math.min(durationSec, endSec + bySec);
    else if (after.region !== window.region) endSec += room(endSec, after.startSec);
    return { ...window, startSec, endSec };
  });
}
