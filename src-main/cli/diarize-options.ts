import { UsageError } from './exit.ts';

/** `--speakers 4` or `--speakers 2-6`. @throws UsageError */
export function parseSpeakers(text: string | undefined): { min: number; max: number } | null {
  if (text === undefined) return null;
  const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(text.trim());
  const min = Number(match?.[1]);
  const max = Number(match?.[2] ?? match?.[1]);
  if (!match || min < 1 || max < min || max > 100) {
    throw new UsageError(`--speakers takes a count (4) or a range (2-6) from 1 to 100, not "${text}".`);
  }
  return { min, max };
}

/**
 * `--set stage.param=value`, repeatable. A value that reads as JSON (number, true, false, null) is that, all else a
 * string. Whether stage and parameter exist is for the system to say.
 *
 * @throws UsageError
 */
export function parseSettings(texts: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    texts.map((text) => {
      const match = /^([a-z0-9-]+\.[A-Za-z0-9]+)=(.*)$/s.exec(text);
      if (!match) throw new UsageError(`--set takes stage.param=value, not "${text}".`);
      return [match[1]!, parseValue(match[2]!)];
    }),
  );
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
