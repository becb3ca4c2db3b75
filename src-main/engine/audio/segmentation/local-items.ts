import { CHUNK_FRAMES, LOCAL_SPEAKERS } from './chunk-grid.ts';
import { countBits } from './powerset.ts';

/** Share of a window that a local speaker must have alone to take part in the clustering. */
const MIN_ALONE_SHARE = 0.2;
/** Frames of clean speech below which overlapped speech is taken as well: a third of a second. */
const MIN_CLEAN_FRAMES = 20;

/** What is known of a local speaker of a window. */
export interface LocalItem {
  chunk: number;
  /** 0 … 2. */
  speaker: number;
  /** Frames its voice is taken from, as 0 or 1. */
  mask: Uint8Array;
  /** Speaks alone long enough to find clusters with. */
  solid: boolean;
}

/**
 * The local speakers who say anything. Their voices come from frames where they speak alone, unless these are too few
 * (`embedding_exclude_overlap` of pyannote 3.1).
 */
export function localItems(local: Uint8Array): LocalItem[] {
  const items: LocalItem[] = [];
  for (let chunk = 0; chunk < local.length / CHUNK_FRAMES; chunk++) {
    const sets = local.subarray(chunk * CHUNK_FRAMES, (chunk + 1) * CHUNK_FRAMES);
    for (let speaker = 0; speaker < LOCAL_SPEAKERS; speaker++) {
      const all = sets.map((set) => (set >> speaker) & 1);
      if (!all.includes(1)) continue;
      const alone = sets.map((set, f) => (all[f] && countBits(set) === 1 ? 1 : 0));
      const clean = alone.reduce((sum, value) => sum + value, 0);
      items.push({
        chunk,
        speaker,
        mask: clean >= MIN_CLEAN_FRAMES ? alone : all,
        solid: clean >= MIN_ALONE_SHARE * CHUNK_FRAMES,
      });
    }
  }
  return items;
}
