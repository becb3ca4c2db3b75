/**
 *   npm run bench -- scoring
 *
 * Times of parsing, scoring and fusion, each beside its limit. Rows that need ../shared are left out where it is not there.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseRttm, rttmFromTurns, serialiseRttm } from '#shared/formats/rttm.ts';
import type { Turn } from '#shared/formats/turn.ts';
import { doverLap, doverLapDefaults, type DoverLapOptions } from '#shared/fusion/dover-lap.ts';
import { fuseRecordings, turnsOfFusion } from '#shared/fusion/fuse-recordings.ts';
import { IncrementalScore } from '#shared/metrics/incremental.ts';
import { findProtocol } from '#shared/metrics/protocols.ts';
import { scoreDiarization } from '#shared/metrics/score.ts';
import { ami, diart, outputs } from './fusion-sets.ts';

interface Row {
  what: string;
  seconds: number;
  limitSeconds: number;
  note?: string;
}

export async function run(): Promise<number> {
  // Largest last: what one leaves behind to be collected would be counted in the next.
  const rows: Row[] = [...edits()];
  if (existsSync(outputs())) rows.push(voxconverse(), ...fusions());
  else console.log(`Without ${outputs()}: VoxConverse and fusion are left out.`);
  const fusionMb = process.resourceUsage().maxRSS / 1024;
  rows.push(...millionLines());
  console.log(`${''.padEnd(58)}${'measured'.padStart(12)}${'limit'.padStart(12)}`);
  let failed = false;
  for (const { what, seconds, limitSeconds, note } of rows) {
    const isOver = seconds > limitSeconds;
    failed ||= isOver;
    console.log(
      `${what.padEnd(58)}${duration(seconds).padStart(12)}${duration(limitSeconds).padStart(12)}  ${isOver ? 'OVER  ' : ''}${note ?? ''}`,
    );
  }
  console.log(`Peak memory up to the fusions ${fusionMb.toFixed(0)} MB (limit 2048 MB).`);
  return failed || fusionMb > 2048 ? 1 : 0;
}

const duration = (seconds: number): string =>
  seconds < 1 ? `${(1000 * seconds).toFixed(1)} ms` : `${seconds.toFixed(2)} s`;

function timed<T>(body: () => T): { seconds: number; value: T } {
  const from = performance.now();
  const value = body();
  return { seconds: (performance.now() - from) / 1000, value };
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Conversation-like turns: one after the other, some over the next. */
function conversation(count: number, speakers: number, lengthSec: number, seed: number): Turn[] {
  const next = random(seed);
  const step = lengthSec / count;
  return Array.from({ length: count }, (_, at) => {
    const startSec = Math.round(1000 * step * (at + 0.4 * next())) / 1000;
    const endSec = Math.round(1000 * (startSec + step * (0.3 + next()))) / 1000;
    const speaker = `spk${String(Math.floor(next() * speakers)).padStart(2, '0')}`;
    return { fileId: 'long', channel: '1', startSec, endSec, speaker, confidence: null };
  });
}

function millionLines(): Row[] {
  const text = serialiseRttm(rttmFromTurns(conversation(1_000_000, 20, 350_000, 1)));
  const kept = timed(() => serialiseRttm(parseRttm(text)).length);
  const made = timed(() => serialiseRttm(rttmFromTurns(parseRttm(text).turns)).length);
  return [
    { what: 'RTTM of 1,000,000 lines: parsed and written', seconds: kept.seconds, limitSeconds: 5 },
    { what: '… sorted and laid out anew', seconds: made.seconds, limitSeconds: 10 },
  ];
}

/** Four hours, 20,000 segments: the figures after each of many edits. */
function edits(): Row[] {
  return [0, 0.25].map((collarSec): Row => {
    const reference = conversation(20_000, 8, 4 * 3600, 2);
    const hypothesis = conversation(20_000, 9, 4 * 3600, 3);
    const score = new IncrementalScore(reference, hypothesis, { collarSec });
    score.figures();
    const next = random(4);
    const times = Array.from({ length: 40 }, () => {
      const at = Math.floor(next() * reference.length);
      const old = reference[at]!;
      const changed = { ...old, endSec: old.endSec + 0.5 * next(), speaker: `spk0${Math.floor(next() * 8)}` };
      reference[at] = changed;
      return timed(() => {
        score.replace('reference', [old], [changed]);
        return score.figures();
      }).seconds;
    });
    const full = timed(() => scoreDiarization(reference, hypothesis, { collarSec }).files[0]!);
    const apart = Math.abs(full.value.der - score.figures().der);
    const note = `worst of 40 edits; all anew ${duration(full.seconds)}; apart ${apart.toExponential(0)}`;
    const what = `figures of 4 hours after an edit, collar ${collarSec} s`;
    return { what, seconds: Math.max(...times), limitSeconds: 0.05, note };
  });
}

function voxconverse(): Row {
  const read = (file: string): Turn[] => parseRttm(readFileSync(file, 'utf8')).turns;
  const folder = outputs('voxconverse_ref/dev');
  const { seconds, value } = timed(() => {
    const reference = readdirSync(folder).flatMap((name) => read(path.join(folder, name)));
    const hypothesis = read(outputs('voxsrc2022_baseline/data/diar/baseline_dev.rttm'));
    return scoreDiarization(reference, hypothesis, findProtocol('voxconverse').options);
  });
  const note = `DER ${(100 * value.overall.der).toFixed(2)} %`;
  return { what: `VoxConverse dev, ${value.files.length} files: read and scored`, seconds, limitSeconds: 3, note };
}

function fusions(): Row[] {
  const row = (what: string, set: ReturnType<typeof ami>, options: Partial<DoverLapOptions>): Row => {
    const { seconds, value } = timed(() =>
      turnsOfFusion(fuseRecordings(set.systems, { ...doverLapDefaults, ...options })),
    );
    const note = `DER ${(100 * scoreDiarization(set.reference, value).overall.der).toFixed(2)} %`;
    return { what, seconds, limitSeconds: 60, note };
  };
  const [three, nine] = [ami(), diart()];
  const nineOfSix = Array.from({ length: 9 }, (_, k) => ({ name: `${k}`, turns: conversation(900, 6, 3600, 5 + k) }));
  return [
    row('fusion of three, 16 AMI meetings', three, {}),
    row('… weights by region', three, { weights: 'region' }),
    row('… weights by rank, as DOVER-Lap intends', three, { weights: 'rank' }),
    row('… as released (bug-compatible)', three, { weights: 'rank', bugCompatible: true }),
    row('fusion of nine, 16 AMI meetings, greedy', nine, {}),
    row('… weights by region', nine, { weights: 'region' }),
    row('… weights by rank', nine, { weights: 'rank' }),
    row('… Hungarian', nine, { mapping: 'hungarian' }),
    {
      what: 'nine systems of six speakers each (10,077,696 tuples), greedy',
      seconds: timed(() => doverLap(nineOfSix)).seconds,
      limitSeconds: 60,
    },
  ];
}
