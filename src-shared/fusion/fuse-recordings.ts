import type { Turn } from '../formats/turn.ts';
import { doverLap, type DoverLapOptions, type Fusion } from './dover-lap.ts';
import { independentWeights } from './independence.ts';

export interface FusedRecording extends Fusion {
  fileId: string;
  /** Systems that have no turn there. */
  silent: string[];
}

/**
 * Fuses several systems recording by recording, in the order of the file ids. What each system counts by itself is learnt
 * from all recordings together.
 *
 * @param systems per system a name for messages and its turns in any recordings
 */
export function fuseRecordings(
  systems: readonly { name: string; turns: readonly Turn[] }[],
  options: DoverLapOptions,
): FusedRecording[] {
  const byFile = systems.map(({ turns }) => Map.groupBy(turns, (turn) => turn.fileId));
  const fileIds = [...new Set(byFile.flatMap((files) => [...files.keys()]))].sort();
  const recordings = fileIds.map((fileId) =>
    systems.map(({ name }, at) => ({ name, turns: byFile[at]!.get(fileId) ?? [] })),
  );
  const shared =
    options.weights === 'independent' ? { ...options, independent: independentWeights(recordings).weights } : options;
  return fileIds.map((fileId, at) => {
    const answers = recordings[at]!;
    const silent = answers.filter(({ turns }) => turns.length === 0).map(({ name }) => name);
    return { fileId, silent, ...doverLap(answers, shared) };
  });
}

/** The fused turns as labels; speakers are called `spk00`, `spk01`, … */
export function turnsOfFusion(recordings: readonly FusedRecording[]): Turn[] {
  return recordings.flatMap(({ fileId, turns }) =>
    turns.map((turn): Turn => ({
      fileId,
      channel: '1',
      startSec: turn.startSec,
      endSec: turn.endSec,
      speaker: `spk${String(turn.label).padStart(2, '0')}`,
      confidence: turn.confidence,
    })),
  );
}
