import type { JobProgress } from '#shared/engine/protocol.ts';
import { printable } from './exit.ts';

/** Progress for whoever watches: a bar on a terminal, JSON lines for a script, silence in a log file. */
export interface ProgressReporter {
  update(progress: JobProgress): void;
  /** Remove the bar before other output. */
  clear(): void;
}

export function createProgressReporter(label: string, json: boolean): ProgressReporter {
  if (json) {
    return {
      update: (progress) => process.stdout.write(`${JSON.stringify({ type: 'progress', file: label, ...progress })}\n`),
      clear: () => {},
    };
  }
  if (!process.stderr.isTTY) return { update: () => {}, clear: () => {} };
  return {
    update: (progress) => {
      const width = 24;
      const filled = Math.round(progress.totalShare * width);
      const bar = `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`;
      const eta = progress.etaSec === null ? '' : ` · ${clock(progress.etaSec)} left`;
      const line = `${bar} ${String(Math.floor(progress.totalShare * 100)).padStart(3)} %  ${printable(label)} · ${progress.stageLabel}${eta}`;
      process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
    },
    clear: () => process.stderr.write('\r\x1b[2K'),
  };
}

/** 75 → `1:15` */
export function clock(sec: number): string {
  const whole = Math.max(0, Math.round(sec));
  const minutes = Math.floor(whole / 60);
  const tail = String(whole % 60).padStart(2, '0');
  return minutes < 60
    ? `${minutes}:${tail}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${tail}`;
}
