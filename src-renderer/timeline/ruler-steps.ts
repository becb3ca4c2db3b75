/** Steps a person can count in, seconds: 10 ms … 30 min. `minor` divides `major` evenly. */
const steps: readonly { major: number; minor: number }[] = [
  { major: 0.01, minor: 0.002 },
  { major: 0.02, minor: 0.005 },
  { major: 0.05, minor: 0.01 },
  { major: 0.1, minor: 0.02 },
  { major: 0.2, minor: 0.05 },
  { major: 0.5, minor: 0.1 },
  { major: 1, minor: 0.2 },
  { major: 2, minor: 0.5 },
  { major: 5, minor: 1 },
  { major: 10, minor: 2 },
  { major: 15, minor: 5 },
  { major: 30, minor: 10 },
  { major: 60, minor: 15 },
  { major: 120, minor: 30 },
  { major: 300, minor: 60 },
  { major: 600, minor: 120 },
  { major: 900, minor: 300 },
  { major: 1800, minor: 600 },
];

export interface RulerStep {
  readonly majorSec: number;
  readonly minorSec: number;
  /** Decimals a label needs: 0, 1 or 2. */
  readonly decimals: number;
}

/** The finest step whose labels stand at least `minLabelPx` apart. */
export function rulerStep(pxPerSec: number, minLabelPx = 72): RulerStep {
  const found = steps.find((step) => step.major * pxPerSec >= minLabelPx) ?? steps[steps.length - 1]!;
  const decimals = found.major >= 1 ? 0 : found.major >= 0.1 ? 1 : 2;
  return { majorSec: found.major, minorSec: found.minor, decimals };
}

/** `4:05`, `1:04:05`, with decimals `4:05.25`. Ruler and places where time is only read. */
export function shortTime(sec: number, decimals = 0): string {
  const scale = 10 ** decimals;
  const ticks = Math.round(Math.max(0, sec) * scale);
  const whole = Math.floor(ticks / scale);
  const seconds = whole % 60;
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const fraction = decimals > 0 ? `.${String(ticks % scale).padStart(decimals, '0')}` : '';
  const tail = `${String(seconds).padStart(2, '0')}${fraction}`;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
