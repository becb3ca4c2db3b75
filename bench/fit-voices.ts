/**
 *   npm run bench -- fit-voices DIR…
 *
 * Fits the weights of src-main/engine/cluster/same-voice-model.ts, and those of the baseline on cepstra alone, to the
 * conversations that `bench -- conversations` composed in DIR: prints them and what they reach on the half they were not
 * fitted to. To be run again, and the version of the stage `speaker-clusters` raised, when the voice embedding changes.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { cepstralWindows } from '#engine/audio/cepstral-windows.ts';
import { windowsSchema } from '#engine/audio/voice-embeddings.ts';
import { meanCosine } from '#engine/cluster/cue-likeness.ts';
import { vectors } from '#engine/cluster/vectors.ts';
import { Diarizer } from '#jobs/diarize-files.ts';
import { parseRttm } from '#shared/formats/rttm.ts';
import type { Turn } from '#shared/formats/turn.ts';
import { fitModel, judge } from './fit/fit-model.ts';
import type { KnownConversation } from './fit/fit-model.ts';
import { hardened } from './fit/hardening.ts';

/** More windows take long and hold nothing else. */
const MOST_WINDOWS = 900;
const FEWEST_WINDOWS = 3;
/** Share of the distance between voices that is taken away, because the net was trained on most of them. */
const SHRINK = 0.15;
/** A window is a speaker's who is heard in this share of it. */
const HEARD_SHARE = 0.3;

interface Both {
  voice: KnownConversation;
  /** The same with the cepstra in the place of the embedding. */
  cepstra: KnownConversation;
}

export async function run(folders: string[]): Promise<number> {
  if (folders.length === 0) {
    console.error('Usage: npm run bench -- fit-voices DIR…');
    return 2;
  }
  const conversations: Both[] = [];
  const diarizer = await Diarizer.open();
  try {
    for (const folder of folders) {
      for (const name of (await readdir(folder)).filter((one) => one.endsWith('.rttm')).sort()) {
        const one = await read(diarizer, path.join(folder, name), conversations.length);
        if (one) conversations.push(one);
      }
    }
  } finally {
    await diarizer.close();
  }
  console.log(`${conversations.length} conversations`);
  for (const kind of ['voice', 'cepstra'] as const) {
    const all = conversations.map((one) => one[kind]);
    const held = judge(
      all.filter((_, i) => i % 2 === 1),
      fitModel(all.filter((_, i) => i % 2 === 0)),
    );
    console.log(
      `${kind}: half not fitted to: ${(100 * held.confusion).toFixed(1)} % of windows confused, ${(100 * held.right).toFixed(0)} % of counts right`,
    );
    const { pair, stop } = fitModel(all);
    const rounded = (values: readonly number[]): string => values.map((value) => value.toPrecision(3)).join(', ');
    console.log(`  pair: [${rounded(pair)}],\n  stop: [${rounded(stop)}],`);
  }
  return 0;
}

/** null for a recording with too few or too many windows. */
async function read(diarizer: Diarizer, rttmPath: string, index: number): Promise<Both | null> {
  const wav = rttmPath.replace(/\.rttm$/u, '.wav');
  const { turns } = parseRttm(await readFile(rttmPath, 'utf8'), { file: rttmPath });
  const { result } = await diarizer.diarize(wav, { systemId: 'diarist-audio' });
  const file = (name: string): string => {
    const found = result.artifacts.find((artifact) => artifact.name === name);
    if (!found) throw new Error(`${wav}: the run left no ${name}`);
    return found.path;
  };
  const { windows } = windowsSchema.parse(JSON.parse(await readFile(file('embeddings/windows.json'), 'utf8')));
  if (windows.length < FEWEST_WINDOWS || windows.length > MOST_WINDOWS) return null;
  const startSec = Float64Array.from(windows, (window) => window.startSec);
  const endSec = Float64Array.from(windows, (window) => window.endSec);
  const embeddings = await readFloats(file('embeddings/embeddings.f32'));
  const blocks = await readFloats(file('cepstra/cepstra.f32'));
  const truth = windows.map((window) => speakerOf(window, turns));
  const speakerCount = new Set(turns.map((turn) => turn.speaker)).size;
  const timed = (data: Float32Array) => ({ rows: vectors(data, data.length / windows.length), startSec, endSec });
  const plain = timed(cepstralWindows(blocks, startSec, endSec));
  const voice = { ...timed(embeddings), rows: hardened(timed(embeddings).rows, truth, index, SHRINK) };
  const sound = { ...plain, rows: hardened(plain.rows, truth, index, 0) };
  return {
    voice: { truth, speakerCount, cues: { voice, sound, voiceLikeness: meanCosine(voice.rows) } },
    cepstra: { truth, speakerCount, cues: { voice: plain, sound: null, voiceLikeness: meanCosine(plain.rows) } },
  };
}

/** Index of the speaker most of a window is of, in order of name; −1 = hardly anybody. */
function speakerOf({ startSec, endSec }: { startSec: number; endSec: number }, turns: readonly Turn[]): number {
  const names = [...new Set(turns.map((turn) => turn.speaker))].sort();
  const heard = names.map((name) =>
    turns.reduce(
      (sum, turn) =>
        turn.speaker === name
          ? sum + Math.max(0, Math.min(endSec, turn.endSec) - Math.max(startSec, turn.startSec))
          : sum,
      0,
    ),
  );
  const most = Math.max(...heard);
  return most > HEARD_SHARE * (endSec - startSec) ? heard.indexOf(most) : -1;
}

async function readFloats(file: string): Promise<Float32Array> {
  const bytes = await readFile(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
