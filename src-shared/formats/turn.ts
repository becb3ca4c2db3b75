import type { HysteresisRules } from '../signal/hysteresis.ts';
/**
 * The simple view every label format shares: who speaks when, what was scored, where a face is. A format's own document
 * model keeps what does not fit here (comments, attributes, number texts).
 */
export interface Turn {
  /** Recording the turn belongs to; the file's own id, or the stem of its name where the format has none. */
  fileId: string;
  /** As written; `1` where the format has none. */
  channel: string;
  startSec: number;
  endSec: number;
  speaker: string;
  /** 0..1, null when the file says nothing. */
  confidence: number | null;
  /** What was said, where the format carries it. */
  text?: string;
}

/** A stretch of a recording that was annotated or is to be scored. */
export interface Region {
  fileId: string;
  channel: string;
  startSec: number;
  endSec: number;
}

/** A face on one frame, from the top left corner of the picture: pixels, or shares of its width and height. */
export interface FaceBox {
  fileId: string;
  timeSec: number;
  xPx: number;
  yPx: number;
  widthPx: number;
  heightPx: number;
  /** Who it is; null when the file does not say. */
  speaker: string | null;
  /** The four numbers are shares of the picture (0..1) instead of pixels. */
  relative?: true;
}

/** How far sound and picture of one face track lie apart, as SyncNet measures it. */
export interface SyncOffset {
  /** As written: a file name. */
  track: string;
  /** As SyncNet counts: > 0 = the sound comes earlier than the picture. */
  offsetFrames: number;
  /** Least mean distance of the embeddings. */
  minDistance: number;
  /** Median minus least distance. */
  confidence: number;
}

/** The recording a label file speaks of, where a format names it. */
export interface MediaReference {
  fileId: string;
  /** File name with extension, no folder. */
  name: string;
  hasVideo: boolean;
}

/** Everything a format may carry, each part possibly empty. */
export interface LabelSet {
  turns: Turn[];
  regions: Region[];
  boxes: FaceBox[];
  media: MediaReference[];
  /** Absent where the format knows nothing of the kind. */
  sync?: SyncOffset[];
}

export const emptyLabels = (): LabelSet => ({ turns: [], regions: [], boxes: [], media: [] });

/** Options of every parser. */
export interface ParseOptions {
  /** Name of the file, for messages and, as a stem, where the format has no file id of its own. */
  file?: string;
  /** Frames a second, for formats that count frames and do not say how long one is: 25 in pictures, 100 in matrices. */
  fps?: number;
  /** How posteriors of a matrix become turns; default: above one half. */
  posteriorRules?: HysteresisRules;
}

/** By file, start, end, speaker, channel: the order of every file we write. Plain code unit order, the same everywhere. */
export function compareTurns(a: Turn, b: Turn): number {
  return (
    compareText(a.fileId, b.fileId) ||
    a.startSec - b.startSec ||
    a.endSec - b.endSec ||
    compareText(a.speaker, b.speaker) ||
    compareText(a.channel, b.channel)
  );
}

/** Locale-free order by UTF-16 code unit. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
