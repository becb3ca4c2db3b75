import type { Segment } from '../records.ts';

/** `0.35 s`, `4.2 s`, `3 min 12 s`, `1 h 02 min`. */
export function durationInWords(sec: number): string {
  if (sec < 0.9995) return `${sec.toFixed(sec < 0.0995 ? 3 : 2)} s`;
  if (sec < 59.95) return `${sec.toFixed(1)} s`;
  const whole = Math.round(sec);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  const minutes = Math.round(sec / 60);
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `m:ss.mmm` or `h:mm:ss.mmm`, to the millisecond. */
export function timeInWords(sec: number): string {
  const millis = Math.round(sec * 1000);
  const rest = (millis % 60_000) / 1000;
  const minutes = Math.floor(millis / 60_000);
  const seconds = rest.toFixed(3).padStart(6, '0');
  if (minutes < 60) return `${minutes}:${seconds}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds}`;
}

/** `Anna`, `Anna and Ben`, `3 speakers`. */
export function namesInWords(names: readonly string[]): string {
  if (names.length <= 2) return names.join(' and ');
  return `${names.length} speakers`;
}

export const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** `1 segment`, `3 segments`. */
export const segmentsInWords = (count: number): string => counted(count, 'segment', 'segments');

export const totalSec = (segments: Iterable<Pick<Segment, 'startSec' | 'endSec'>>): number => {
  let sum = 0;
  for (const { startSec, endSec } of segments) sum += endSec - startSec;
  return sum;
};
