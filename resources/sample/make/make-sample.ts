/**
 * Makes resources/sample: `node resources/sample/make/make-sample.ts` (needs flite on PATH; everything else is in the
 * repository). Same voices, same bytes: nothing is random.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import { wavData, wavHeader } from '#media/wav.ts';
import { paintPerson, type Look, type Pose } from './face-painter.ts';
import { cutInLine, lines, shots, tailSec, voices, type Role } from './script.ts';

const sampleRateHz = 16_000;
const frameRate = 25;
const widthPx = 1280;
const heightPx = 720;
const outDir = path.resolve(import.meta.dirname, '..');
const workDir = mkdtempSync(path.join(os.tmpdir(), 'diarist-sample-'));

interface Turn {
  role: Role;
  startSample: number;
  samples: Float32Array;
}

/** Speak a line and cut the silence around it, so that the reference is exact. */
function speak(role: Role, text: string): Float32Array {
  const file = path.join(workDir, 'line.wav');
  execFileSync('flite', ['-voice', voices[role], '-t', text, '-o', file]);
  const bytes = readFileSync(file);
  const data = bytes.indexOf('data') + 8;
  const samples = Float32Array.from({ length: (bytes.length - data) >> 1 }, (_, i) => bytes.readInt16LE(data + 2 * i) / 32768);
  const block = 80;
  const loud = (i: number): boolean => {
    let sum = 0;
    for (let k = i; k < Math.min(samples.length, i + block); k++) sum += samples[k]! ** 2;
    return Math.sqrt(sum / block) > 0.006;
  };
  let from = 0;
  while (from < samples.length && !loud(from)) from += block;
  let to = samples.length - (samples.length % block);
  while (to > from && !loud(to - block)) to -= block;
  const cut = samples.slice(from, to);
  // The same loudness for everyone.
  const rms = Math.sqrt(cut.reduce((sum, x) => sum + x * x, 0) / cut.length);
  return cut.map((x) => Math.max(-1, Math.min(1, (x * 0.085) / rms)));
}

function arrange(): Turn[] {
  const turns: Turn[] = [];
  let endSample = 0;
  for (const line of lines) {
    const samples = speak(line.role, line.text);
    // Turns start on a millisecond, so that three decimals say it exactly.
    const startSample = Math.round((endSample + line.gapSec * sampleRateHz) / 16) * 16;
    turns.push({ role: line.role, startSample, samples });
    endSample = startSample + samples.length;
  }
  return turns;
}

/** Mouth opening per frame from the speech energy of one role, quick to open and slower to close. */
function mouthOpening(turns: Turn[], role: Role, frames: number): Float32Array {
  const energy = new Float32Array(frames);
  for (const turn of turns.filter((t) => t.role === role)) {
    for (let i = 0; i < turn.samples.length; i++) {
      const frame = Math.floor(((turn.startSample + i) * frameRate) / sampleRateHz);
      if (frame < frames) energy[frame]! += turn.samples[i]! ** 2;
    }
  }
  let level = 0;
  return energy.map((sum) => {
    const target = Math.min(1, Math.sqrt(sum / (sampleRateHz / frameRate)) / 0.16);
    level += (target - level) * (target > level ? 0.75 : 0.55);
    return level < 0.04 ? 0 : level;
  });
}

const looks: Record<Exclude<Role, 'narrator'>, Look> = {
  mia: { skin: [238, 190, 160], hair: [92, 52, 30], iris: [70, 104, 74], lips: [196, 92, 92], shirt: [64, 112, 128], headWidth: 0.7, hairLine: -0.5, hairLength: 1.15, beard: 0 },
  tom: { skin: [198, 146, 112], hair: [34, 28, 26], iris: [74, 48, 30], lips: [164, 88, 78], shirt: [122, 70, 58], headWidth: 0.75, hairLine: -0.56, hairLength: 0.1, beard: 0.1 },
  angus: { skin: [244, 204, 180], hair: [176, 104, 56], iris: [84, 122, 156], lips: [190, 104, 96], shirt: [86, 96, 62], headWidth: 0.77, hairLine: -0.6, hairLength: 0.05, beard: 0.55 },
};

/** A greenhouse wall: soft panes, a table; different light in each shot. */
function background(shot: number): Uint8Array {
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const pane = Math.min(Math.abs(((x + 40 + shot * 70) % 213) - 106), Math.abs(((y + 60) % 240) - 120));
      const frame = pane < 4 ? 0.72 : 1;
      const glow = Math.exp(-(((x - (shot ? 950 : 330)) / 620) ** 2) - ((y - 160) / 420) ** 2);
      const leaf = 0.5 + 0.5 * Math.sin(x * 0.013 + 2.1 * Math.sin(y * 0.011 + shot)) * Math.sin(y * 0.017 + 1.3 * Math.sin(x * 0.009));
      const o = (y * widthPx + x) * 3;
      rgb[o] = (66 + 70 * glow + 16 * leaf) * frame;
      rgb[o + 1] = (88 + 74 * glow + 36 * leaf) * frame;
      rgb[o + 2] = (80 + 58 * glow + 14 * leaf) * frame;
    }
  }
  return rgb;
}

function paintTable(rgb: Uint8Array): void {
  for (let y = 640; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const o = (y * widthPx + x) * 3;
      const grain = 1 + 0.05 * Math.sin(x * 0.02 + 3 * Math.sin(y * 0.3)) - (y < 646 ? -0.25 : 0);
      rgb[o] = 112 * grain;
      rgb[o + 1] = 82 * grain;
      rgb[o + 2] = 58 * grain;
    }
  }
}

const turns = arrange();
const last = turns.at(-1)!;
const frames = Math.ceil(((last.startSample + last.samples.length) / sampleRateHz + tailSec) * frameRate);
const totalSamples = (frames * sampleRateHz) / frameRate;
const cutTurn = turns[cutInLine]!;
const cutFrame = Math.round(((cutTurn.startSample + cutTurn.samples.length / 2) * frameRate) / sampleRateHz);

// Sound: the turns over a quiet room.
const mix = new Float32Array(totalSamples);
let noise = 1;
let room = 0;
for (let i = 0; i < mix.length; i++) {
  noise = (Math.imul(noise, 1_664_525) + 1_013_904_223) >>> 0;
  room += 0.08 * ((noise / 2 ** 31 - 1) * 0.004 - room);
  mix[i] = room;
}
for (const turn of turns) turn.samples.forEach((x, i) => (mix[turn.startSample + i]! += x));
const wav = Buffer.concat([
  wavHeader(mix.length, sampleRateHz),
  wavData(Int16Array.from(mix, (x) => Math.round(Math.max(-1, Math.min(1, x)) * 32767))),
]);
const wavFile = path.join(workDir, 'sound.wav');
writeFileSync(wavFile, wav);

// Picture: frames piped to the encoder as they are drawn.
const ffmpeg = spawn(
  ffmpegInstaller.path,
  // prettier-ignore
  ['-y', '-v', 'error', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${widthPx}x${heightPx}`, '-r', String(frameRate), '-i', '-', '-i', wavFile,
   '-map', '0:v', '-map', '1:a', '-c:v', 'libx264', '-preset', 'slow', '-crf', '28', '-pix_fmt', 'yuv420p', '-g', '50', '-threads', '1',
   '-c:a', 'aac', '-b:a', '64k', '-ar', String(sampleRateHz), '-movflags', '+faststart', '-fflags', '+bitexact', '-flags', '+bitexact',
   '-map_metadata', '-1', path.join(outDir, 'sample.mp4')],
  { stdio: ['pipe', 'inherit', 'inherit'] },
);
const scenes = shots.map((_, index) => background(index));
const mouths = new Map(Object.keys(looks).map((role) => [role, mouthOpening(turns, role as Role, frames)]));
for (let frame = 0; frame < frames; frame++) {
  const shot = frame < cutFrame ? 0 : 1;
  const picture = scenes[shot]!.slice();
  shots[shot]!.forEach((person, index) => {
    const phase = frame / frameRate + index * 1.7 + shot * 0.9;
    const mouth = mouths.get(person.role)![frame]!;
    const blinkPhase = (phase * 0.31 + index * 0.4) % 1;
    const pose: Pose = {
      centreX: person.centreX + 7 * Math.sin(phase * 0.9) + 3 * Math.sin(phase * 2.3),
      centreY: person.centreY + 4 * Math.sin(phase * 1.3) - 5 * mouth,
      halfHeightPx: person.heightPx / 2,
      tilt: 0.045 * Math.sin(phase * 0.7) + 0.02 * mouth * Math.sin(phase * 3),
      mouth,
      blink: blinkPhase < 0.04 ? Math.sin((blinkPhase / 0.04) * Math.PI) : 0,
      gaze: index === 0 ? 0.5 : -0.5,
    };
    paintPerson(picture, widthPx, heightPx, looks[person.role], pose);
  });
  paintTable(picture);
  if (!ffmpeg.stdin.write(picture)) await once(ffmpeg.stdin, 'drain');
}
ffmpeg.stdin.end();
await once(ffmpeg, 'exit');

const sec = (sample: number): string => (sample / sampleRateHz).toFixed(3);
writeFileSync(
  path.join(outDir, 'sample.rttm'),
  turns
    .map((t) => `SPEAKER sample 1 ${sec(t.startSample)} ${sec(t.samples.length)} <NA> <NA> ${t.role} <NA> <NA>\n`)
    .join(''),
);
writeFileSync(path.join(outDir, 'sample.uem'), `sample 1 0.000 ${sec(totalSamples)}\n`);
writeFileSync(
  path.join(outDir, 'sample.scenes.json'),
  `${JSON.stringify({ cutSec: cutFrame / frameRate, frameRate, widthPx, heightPx, shots }, null, 2)}\n`,
);
rmSync(workDir, { recursive: true, force: true });
process.stdout.write(`${frames / frameRate} s, cut at ${cutFrame / frameRate} s, ${turns.length} turns\n`);
