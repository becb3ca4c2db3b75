import type { StageContext } from '../stage.ts';

/** Says so when fewer speakers were found than were asked for; for stages that declare `usesSpeakers`. */
export function warnOfTooFew(context: StageContext<unknown>, found: number, hasSpeech: boolean): void {
  const asked = context.job.speakers;
  if (!asked || !hasSpeech || found >= asked.min) return;
  context.warn(
    `${asked.min} speakers were asked for, but there is not enough speech to tell more than ${found} apart.`,
  );
}
