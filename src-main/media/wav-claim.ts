import { openForServing } from './open-regular.ts';

/** Chunks before the sound data (broadcast notes, cue points) are small. */
const HEAD_BYTES = 64 * 1024;
/** Sizes from here on are what recorders write that cannot go back to fill in the true one. */
const PLACEHOLDER_BYTES = 0x7fff_0000;
/** A header that promises more than ten times what is there was written for a recording that never came. */
const MIN_SHARE = 0.1;

/**
 * Seconds of sound that a WAV file's header promises, or null where it makes no plain promise. ffprobe tells only what
 * is there: of a file cut in half it says that half is all.
 */
export async function wavClaimSec(file: string): Promise<number | null> {
  const { handle, sizeBytes } = await openForServing(file);
  const head = Buffer.alloc(HEAD_BYTES);
  let length: number;
  try {
    length = (await handle.read(head, 0, HEAD_BYTES, 0)).bytesRead;
  } finally {
    await handle.close();
  }
  if (length < 12 || head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') return null;
  let bytesPerSec = 0;
  for (let at = 12; at + 8 <= length;) {
    const id = head.toString('latin1', at, at + 4);
    const size = head.readUInt32LE(at + 4);
    if (id === 'fmt ' && size >= 16 && at + 24 <= length) bytesPerSec = head.readUInt32LE(at + 16);
    if (id === 'data') {
      const plain = size < PLACEHOLDER_BYTES && bytesPerSec > 0 && sizeBytes - at - 8 >= MIN_SHARE * size;
      return plain ? size / bytesPerSec : null;
    }
    at += 8 + size + (size % 2);
  }
  return null;
}
