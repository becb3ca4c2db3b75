/** Times as people read them. Edited times carry milliseconds, all others do not (UI.md, Behaviour). */

/** `0:04:17.170`; for times one edits. */
export function exactTime(sec: number): string {
  const ms = Math.round(sec * 1000);
  const pad = (value: number, width: number): string => String(value).padStart(width, '0');
  const [hours, minutes, seconds] = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1000) % 60,
  ];
  return `${hours}:${pad(minutes, 2)}:${pad(seconds, 2)}.${pad(ms % 1000, 3)}`;
}

/** `4:17`, from an hour on `1:04:17`; for lengths and places one only looks at. */
export function clockTime(sec: number): string {
  const whole = Math.floor(sec);
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${hours > 0 ? String(minutes).padStart(2, '0') : minutes}:${String(seconds).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

/** `4.44 s`; for the length of a segment. */
export function lengthText(sec: number): string {
  return sec < 60 ? `${sec.toFixed(2)} s` : clockTime(sec);
}

/** `62 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `12.4 MB`, in powers of ten as file managers show. */
export function fileSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** `about 2 min`, rounded so that it does not flicker. */
export function roughTime(sec: number): string {
  if (sec < 10) return 'a few seconds';
  if (sec < 90) return `about ${Math.round(sec / 10) * 10} s`;
  if (sec < 5400) return `about ${Math.round(sec / 60)} min`;
  return `about ${(sec / 3600).toFixed(1)} h`;
}

/** Seconds of `1:02:03.5`, `4:17` or `12.25`; null when it is no time. */
export function parseTime(text: string): number | null {
  const match = /^(?:(?:(\d+):)?(\d{1,2}):)?(\d+(?:[.,]\d+)?)$/u.exec(text.trim());
  if (!match) return null;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds.replace(',', '.'));
}

/** `cpu (no GPU adapter)` → `CPU`. */
export function providerName(provider: string): string {
  const bare = provider.replace(/\s*\(.*\)$/u, '');
  const names: Record<string, string> = {
    cpu: 'CPU',
    webgpu: 'WebGPU',
    cuda: 'CUDA',
    dml: 'DirectML',
    coreml: 'Core ML',
    auto: 'the fastest that is there',
  };
  return names[bare.toLowerCase()] ?? bare;
}

/** Why nets do not run where they might, out of `cpu (no GPU adapter)`; null where nothing was left out. */
export const fallbackReason = (provider: string): string | null => /\((.*)\)$/u.exec(provider)?.[1] ?? null;
