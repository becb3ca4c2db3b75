/**
 *   npm run bench -- conversations --out DIR [--count 120] [--seed 1] [--speakers ID,…] [--minutes MAX] [--sparse yes] [--once yes] [--words ID,…]
 *
 * Composes the conversations that settings of Diarist audio are chosen on: WAV and RTTM files of 1 to 10 speakers, 20 s to
 * 20 minutes, clean, in noise, in rooms, from afar, by telephone. Voices are LibriSpeech train-clean readers and a few
 * speakers of single words from ../shared; none is in the referenced clips of ../shared/data. The same seed gives the same
 * conversations. `--speakers` names the readers to use, for instance those an embedding was not trained on. `--sparse yes`: much silence, quiet recordings. `--once
 * yes`: nobody says anything twice, so that voices do not fall into groups by what is said again. `--words`: 1 to 4 of these speakers of single words read lists of
 * them instead, for up to 45 s each, no sound twice.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { compose } from './compose/conversation.ts';
import type { ConversationPlan } from './compose/conversation.ts';
import { seededRandom } from './compose/random.ts';
import type { Random } from './compose/random.ts';
import { soundScapes } from './compose/rooms.ts';
import type { NoiseSources } from './compose/rooms.ts';
import { decode, readReaders, readWordLists, readWords, rootMeanSquare, sameMicrophone } from './compose/voices.ts';

const shared = path.resolve(import.meta.dirname, '../../shared');
/** Speakers of ../shared/data/composed/libri_conv: never trained or tuned on. */
export const TEST_SPEAKERS = new Set(['19', '26', '27', '1688', '1998', '2033', '2414']);

export async function run(args: string[]): Promise<number> {
  const options = new Map<string, string>();
  for (let i = 0; i + 1 < args.length; i += 2) options.set(args[i]!.replace(/^--/u, ''), args[i + 1]!);
  const out = options.get('out');
  if (!out) {
    console.error(
      'Usage: npm run bench -- conversations --out DIR [--count N] [--seed N] [--speakers ID,…] [--minutes MAX] [--sparse yes] [--once yes] [--words ID,…]',
    );
    return 2;
  }
  const count = Number(options.get('count') ?? 120);
  const seed = Number(options.get('seed') ?? 1);
  const maxSec = 60 * Number(options.get('minutes') ?? 20);
  const wanted = options.get('speakers')?.split(',');
  const listers = options.get('words')?.split(',');
  const pack = path.join(shared, 'training/pack');
  const libri = path.join(shared, 'data/speech/librispeech_resemblyzer/librispeech_train-clean-100');
  const readers = listers
    ? await readWordLists(pack, new Set(listers), seededRandom(seed))
    : (await readReaders(libri, TEST_SPEAKERS)).filter((voice) => !wanted || wanted.includes(voice.id));
  const words = wanted || listers ? [] : await readWords(pack, 40);
  const equal = sameMicrophone(readers);
  const sources = await readNoises();
  await mkdir(out, { recursive: true });
  for (let k = 0; k < count; k++) {
    const random = seededRandom(1000 * seed + k);
    const plan = {
      ...(listers ? listPlanOf(k, maxSec, random) : planOf(k, maxSec, random)),
      sparse: options.get('sparse') === 'yes',
      once: options.get('once') === 'yes' || listers !== undefined,
    };
    if (existsSync(path.join(out, `${plan.id}.rttm`))) continue;
    const voices = random.shuffled(random.chance(0.6) ? equal : readers).slice(0, plan.speakerCount);
    // Somebody who says single words only.
    if (words.length > 0 && plan.speakerCount > 2 && random.chance(0.2)) voices[voices.length - 1] = random.pick(words);
    const { samples, turns } = compose(plan, voices, sources, random);
    await writeFile(path.join(out, `${plan.id}.wav`), wavBytes(samples));
    await writeFile(path.join(out, `${plan.id}.rttm`), rttm(turns));
    if ((k + 1) % 20 === 0) console.log(`${k + 1} of ${count}`);
  }
  return 0;
}

function planOf(k: number, maxSec: number, random: Random): Omit<ConversationPlan, 'sparse' | 'once'> {
  const scape = soundScapes[k % soundScapes.length]!;
  const speakerCount = random.pick([1, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6, 7, 8, 10]);
  // Readers have some 12 s each: mostly as long as that lasts, now and then much longer.
  const long = k % 12 === 11;
  const durationSec = Math.min(
    maxSec,
    k % 3 === 2 && !long
      ? random.uniform(12, 60)
      : long
        ? random.uniform(240, 1200)
        : Math.max(20, speakerCount * random.uniform(5, 20)),
  );
  const id = `${String(k).padStart(3, '0')}-${scape}-${speakerCount}${long ? '-long' : ''}`;
  return {
    id,
    scape,
    speakerCount,
    durationSec,
    lively: random.chance(0.5),
    longestPhraseSec: random.pick([2, 3.5, 60]),
    overlapChance: random.pick([0, 0.1, 0.2, 0.4]),
    backchannelChance: random.pick([0, 0.1, 0.3]),
    inequality: random.uniform(0, 2.2),
  };
}

/** Lists of words: few speakers, each for so long as no reader is there for. */
function listPlanOf(k: number, maxSec: number, random: Random): Omit<ConversationPlan, 'sparse' | 'once'> {
  const scape = soundScapes[k % soundScapes.length]!;
  const speakerCount = random.pick([1, 1, 2, 2, 3, 4]);
  return {
    id: `${String(k).padStart(3, '0')}-${scape}-${speakerCount}`,
    scape,
    speakerCount,
    durationSec: Math.min(maxSec, speakerCount * random.uniform(18, 45)),
    lively: random.chance(0.5),
    longestPhraseSec: 60,
    overlapChance: random.pick([0, 0.1, 0.2]),
    backchannelChance: 0,
    inequality: random.uniform(0, 1),
  };
}

async function readNoises(): Promise<NoiseSources> {
  const folder = path.join(shared, 'data/speech/speechbrain_noise_rir');
  const read = async (name: string): Promise<Float32Array[]> =>
    (await readdir(path.join(folder, name)))
      .filter((file) => file.endsWith('.wav'))
      .sort()
      .map((file) => decode(path.join(folder, name, file)));
  const responses = (await read('RIRs')).map((response) => {
    let top = 0;
    for (let i = 0; i < response.length; i++) if (Math.abs(response[i]!) > Math.abs(response[top]!)) top = i;
    return response.slice(top, top + 12_000).map((value) => value / Math.abs(response[top]!));
  });
  const noises = (await read('noise')).filter((noise) => rootMeanSquare(noise) > 0);
  return { noises, responses };
}

function wavBytes(samples: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(44 + 2 * samples.length);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + 2 * samples.length, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(16_000, 24);
  bytes.writeUInt32LE(32_000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(2 * samples.length, 40);
  samples.forEach((value, i) =>
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(value * 32_767))), 44 + 2 * i),
  );
  return bytes;
}

const rttm = (turns: readonly { fileId: string; startSec: number; endSec: number; speaker: string }[]): string =>
  turns
    .map(
      ({ fileId, startSec, endSec, speaker }) =>
        `SPEAKER ${fileId} 1 ${startSec.toFixed(3)} ${(endSec - startSec).toFixed(3)} <NA> <NA> ${speaker} <NA> <NA>\n`,
    )
    .join('');
