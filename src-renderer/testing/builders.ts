import type { MediaItem } from '#shared/domain/media.ts';
import type { Segment, Speaker } from '#shared/domain/records.ts';

/** Records for tests: what matters is named, the rest is plausible. */
export function aSpeaker(id: string, more: Partial<Speaker> = {}): Speaker {
  return { kind: 'speaker', id, name: id, colour: 0, order: 0, origin: 'machine', ...more };
}

export function aSegment(
  id: string,
  speakerId: string,
  startSec: number,
  endSec: number,
  more: Partial<Segment> = {},
): Segment {
  return {
    kind: 'segment',
    id,
    speakerId,
    startSec,
    endSec,
    confidence: 0.9,
    review: 'unreviewed',
    origin: 'machine',
    hypothesisId: null,
    ...more,
  };
}

export function aFile(id: string, more: Partial<MediaItem> = {}): MediaItem {
  return {
    id,
    path: `/media/${id}.mp4`,
    name: `${id}.mp4`,
    fileId: id,
    identity: { sizeBytes: 1000, mtimeMs: 0, hash: `sha256:${id}` },
    probe: {
      container: 'mov,mp4',
      durationSec: 100,
      timeZeroSec: 0,
      audio: [
        { index: 1, codec: 'aac', sampleRateHz: 48_000, channels: 2, startSec: 0, durationSec: 100, language: null },
      ],
      video: [],
      attachedPictures: 0,
    },
    choice: { audioStream: null, channel: 'mix', range: null },
    state: 'ready',
    undecodedShare: 0,
    segmentCount: 0,
    speakerCount: 0,
    doubtCount: 0,
    addedMs: 0,
    ...more,
  };
}
