import { proposeNames, type NameProposal } from '#shared/domain/enrolled-voice.ts';
import type { DiarizedFile, Diarizer } from '#jobs/diarize-files.ts';
import { readCohort } from '#jobs/voices/cohort.ts';
import { readVoices } from '#jobs/voices/voice-book.ts';
import { printable } from './exit.ts';

/** Names for the speakers of a diarized file; none where no voice is enrolled. */
export async function proposalsFor(
  diarizer: Diarizer,
  mediaPath: string,
  { result }: DiarizedFile,
  signal: AbortSignal,
): Promise<NameProposal[]> {
  const voices = await readVoices();
  if (voices.length === 0 || result.segments.length === 0) return [];
  const spans = result.segments.map(({ speaker, startSec, endSec }) => ({ speaker, startSec, endSec }));
  const cohort = await readCohort(diarizer.workspace.settings.modelDirs);
  return proposeNames(await diarizer.voicePrints(mediaPath, spans, { signal }), voices, cohort);
}

/** `  spk00: Katie (likeness 0.81, 0.42 before the next)` */
export function proposalLine({ speaker, name, nearest, likeness, margin }: NameProposal): string {
  const apart = margin === null ? '' : `, ${margin.toFixed(2)} before the next`;
  const who = name ?? `unknown (nearest ${nearest})`;
  return `  ${printable(speaker)}: ${printable(who)}, likeness ${likeness.toFixed(2)}${apart}`;
}
