import type { Job } from '#shared/domain/job.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import type { EngineResult } from '#shared/engine/protocol.ts';
import { systemDescriptions } from '#shared/engine/systems.ts';
import { undecodedShare } from '#media/pcm.ts';
import type { JobCompletion } from '#store/store.ts';

/**
 * What a finished job changes in the project, as one transaction of the store. The answer becomes the labels of a file that has
 * none; else it lies beside them until a person takes it.
 * @param hasLabels there is an answer to the file now
 * @param isEmpty nothing is labelled in the file yet
 */
export function completionOf(
  job: Job,
  media: MediaItem,
  result: EngineResult,
  { hasLabels, isEmpty }: { hasLabels: boolean; isEmpty: boolean },
): JobCompletion {
  const undecoded = result.expectedSec > 0 ? undecodedShare(result.decodedSec, result.expectedSec) : null;
  const state = media.state === 'reviewed' ? 'reviewed' : hasLabels ? 'ready' : 'new';
  return {
    job: { state: 'done', progress: null, error: null, finishedMs: Date.now() },
    media: { state, undecodedShare: undecoded },
    ...(result.kind === 'diarize'
      ? {
          hypothesis: {
            label: hypothesisLabel({ systemId: result.provenance.systemId, speakers: job.speakers }),
            origin: 'machine' as const,
            provenance: result.provenance,
            warnings: result.warnings,
            segments: result.segments,
            picture: result.picture,
          },
          adoptIfUntouched: isEmpty,
        }
      : {}),
  };
}

/** `Diarist audio`, `Diarist audio, 4 speakers`, `Diarist audio, 2–6 speakers`. */
export function hypothesisLabel(job: Pick<Job, 'systemId' | 'speakers'>): string {
  const system = systemDescriptions.find(({ id }) => id === job.systemId)?.label ?? job.systemId;
  if (!job.speakers) return system;
  const { min, max } = job.speakers;
  const count = min === max ? `${min}` : `${min}–${max}`;
  return `${system}, ${count} ${max === 1 ? 'speaker' : 'speakers'}`;
}
