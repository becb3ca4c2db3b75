import { createHash } from 'node:crypto';

/** Names Windows keeps for devices, whatever the extension. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * A file or folder name that every system takes: no separators or wildcards, no reserved or hidden name, not taken for an
 * option, and short enough that an extension fits (a long one is cut and ends in a hash of the whole).
 *
 * @param limit bytes of UTF-8
 */
export function safeName(name: string, limit = 180): string {
  const plain = name
    .normalize('NFC')
    .replace(/[<>:"/\\|?*\s\p{C}]/gu, '_')
    .replace(/[.]+$/u, '_')
    .replace(/^[-.]/u, '_');
  const usable = plain === '' || reserved.test(plain) ? `_${plain}` : plain;
  if (Buffer.byteLength(usable) <= limit) return usable;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  let cut = '';
  for (const char of usable) {
    if (Buffer.byteLength(cut + char) > limit - 9) break;
    cut += char;
  }
  return `${cut}-${hash}`;
}

/** Makes names differ, also where upper and lower case are one: `talk`, `Talk_2`. */
export class UniqueNames {
  readonly #taken = new Set<string>();

  of(wanted: string): string {
    let name = wanted;
    for (let number = 2; this.#taken.has(key(name)); number++) name = `${wanted}_${number}`;
    this.#taken.add(key(name));
    return name;
  }
}

const key = (name: string): string => name.normalize('NFC').toLowerCase();
