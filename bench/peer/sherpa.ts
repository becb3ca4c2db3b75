/**
 * The peer in a process of its own: node sherpa.ts <folder of sherpa-onnx-node> <segmentation> <embedding> <wav> <threads>.
 * Prints one line of JSON: wall and CPU seconds of the diarization (not of loading), of all before it, and the largest memory.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

interface Sherpa {
  OfflineSpeakerDiarization: new (config: object) => { process(samples: Float32Array): { speaker: number }[] };
}

const [folder, segmentation, embedding, wav, threads] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];
const sherpa = createRequire(path.join(folder, 'index.js'))('sherpa-onnx-node') as Sherpa;
const bytes = readFileSync(wav);
const pcm = new Int16Array(bytes.buffer, bytes.byteOffset + 44, (bytes.length - 44) / 2);
const samples = Float32Array.from(pcm, (value) => value / 32_768);
const diarization = new sherpa.OfflineSpeakerDiarization({
  segmentation: { pyannote: { model: segmentation }, numThreads: Number(threads), debug: 0 },
  embedding: { model: embedding, numThreads: Number(threads), debug: 0 },
  clustering: { numClusters: 3 },
  minDurationOn: 0.3,
  minDurationOff: 0.5,
});
const cpu = process.cpuUsage();
const start = performance.now();
const segments = diarization.process(samples);
const wallSec = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
const rssBytes = process.resourceUsage().maxRSS * 1024;
const loadSec = start / 1000;
console.log(JSON.stringify({ wallSec, cpuSec: (user + system) / 1e6, rssBytes, loadSec, segments: segments.length }));
