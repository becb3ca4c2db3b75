/**
 *   npm run bench -- fit-voices [--net DIR] [--strangers yes] [--dump DIR] DIR…
 *
 * Fits the weights of src-main/engine/cluster/same-voice-model.ts, and those of the baseline on cepstra alone, to the
 * conversations that `bench -- conversations` composed in DIR: prints them and what they reach on the half they were not
 * fitted to. To be run again, and the version of the stage `voice-divisions` raised, when the voice embedding changes.
 * `--net`: folder with `trunk.onnx` and `head.onnx` of another embedding. `--strangers yes`: the embedding was not trained on
 * the speakers, so they are taken as they are; otherwise they are made harder to tell apart. `--dump`: fits nothing, but writes there what
 * is heard of each conversation, see bench/fit/dump-conversation.ts.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { modelsDir } from '#engine/audio/testing/local-kernels.ts';
import { fusedCues } from '#engine/cluster/fused-cues.ts';
import { meanCosine } from '#engine/cluster/cue-likeness.ts';
import { vectors } from '#engine/cluster/vectors.ts';
import { resolveModel } from '#models/registry.ts';
import type { Turn } from '#shared/formats/turn.ts';
import { soundScapes } from './compose/rooms.ts';
import { dumpConversation } from './fit/dump-conversation.ts';
import { fitModel, judge } from './fit/fit-model.ts';
import type { KnownConversation } from './fit/fit-model.ts';
import { hardened } from './fit/hardening.ts';
import { ConversationReader } from './fit/read-conversation.ts';
import type { HeardConversation } from './fit/read-conversation.ts';

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

export async function run(args: string[]): Promise<number> {
  const options = new Map<string, string>();
  const folders: string[] = [];
  for (let i = 0; i < args.length; i++) {
    if (args[i]!.startsWith('--')) options.set(args[i]!, args[++i] ?? '');
    else folders.push(args[i]!);
  }
  if (folders.length === 0) {
    console.error('Usage: npm run bench -- fit-voices [--net DIR] [--strangers yes] [--dump DIR] DIR…');
    return 2;
  }
  const net = path.resolve(options.get('--net') ?? path.join(modelsDir, 'diarist-voice'));
  const areStrangers = options.get('--strangers') === 'yes';
  const reader = new ConversationReader(
    { trunkPath: path.join(net, 'trunk.onnx'), headPath: path.join(net, 'head.onnx') },
    (await resolveModel('silero-vad-v6', [modelsDir])).path,
  );
  const dump = options.get('--dump');
  const conversations: Both[] = [];
  for (const folder of folders) {
    for (const name of (await readdir(folder)).filter((one) => one.endsWith('.rttm')).sort()) {
      const heard = await reader.read(path.join(folder, name), dump !== undefined);
      if (dump !== undefined) {
        await dumpConversation(dump, heard);
        continue;
      }
      const one = known(heard, conversations.length, areStrangers);
      if (one) conversations.push(one);
      if (conversations.length % 40 === 0) console.log(`${conversations.length} conversations read`);
    }
  }
  if (dump !== undefined) return 0;
  console.log(`${conversations.length} conversations`);
  for (const kind of ['voice', 'cepstra'] as const) {
    const all = conversations.map((one) => one[kind]);
    // Kinds of sound take turns in the order of the recordings: each half has all of them.
    const isHeld = (i: number): boolean => Math.floor(i / soundScapes.length) % 2 === 1;
    const held = judge(
      all.filter((_, i) => isHeld(i)),
      fitModel(all.filter((_, i) => !isHeld(i))),
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
function known(
  { turns, windows, voices, cepstra }: HeardConversation,
  index: number,
  areStrangers: boolean,
): Both | null {
  if (windows.length < FEWEST_WINDOWS || windows.length > MOST_WINDOWS) return null;
  const startSec = Float64Array.from(windows, (window) => window.startSec);
  const endSec = Float64Array.from(windows, (window) => window.endSec);
  const truth = windows.map((window) => speakerOf(window, turns));
  const speakerCount = new Set(turns.map((turn) => turn.speaker)).size;
  const timed = (data: Float32Array) => ({ rows: vectors(data, data.length / windows.length), startSec, endSec });
  const plain = timed(cepstra);
  const [voice, sound] = areStrangers
    ? [timed(voices), plain]
    : [
        { ...plain, rows: hardened(timed(voices).rows, truth, index, SHRINK) },
        { ...plain, rows: hardened(plain.rows, truth, index, 0) },
      ];
  const fused = { ...voice, rows: fusedCues(voice.rows, sound.rows) };
  return {
    voice: { truth, speakerCount, cues: { voice: fused, sound, voiceLikeness: meanCosine(fused.rows) } },
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
