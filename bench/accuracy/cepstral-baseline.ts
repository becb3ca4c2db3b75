import { readFile } from 'node:fs/promises';
import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { EngineResult } from '#shared/engine/protocol.ts';
import { CEPSTRAL_SIZE, cepstralWindows } from '#engine/audio/cepstral-windows.ts';
import { SAMPLE_RATE_HZ } from '#engine/audio/pcm-reader.ts';
import { VAD_STEP_SAMPLES } from '#engine/audio/silero-kernel.ts';
import { speechSchema } from '#engine/audio/speech-regions.ts';
import { layWindows } from '#engine/audio/voice-windows.ts';
import type { VoiceWindow } from '#engine/audio/voice-windows.ts';
import { clusterWindows } from '#engine/cluster/cluster-windows.ts';
import { labelConfidence, restoreLostSpeakers, speakerSequence } from '#engine/cluster/speaker-posteriors.ts';
import { CEPSTRAL_MODEL } from '#engine/cluster/same-voice-model.ts';
import { vectors } from '#engine/cluster/vectors.ts';
import { DOUBT_PAD_SEC } from '#engine/systems/diarist-audio-nodes.ts';
import { widerBordersSec, withWiderBorders } from '#engine/systems/doubtful-borders.ts';
import { turnsFromWindows } from '#engine/systems/turns.ts';

/**
 * Diarist audio with nothing but cepstral statistics in the place of the voice embedding: the same speech, windows, grouping,
 * sequence and turns. From what a run of Diarist audio left in the cache.
 */
export async function cepstralBaseline(result: EngineResult): Promise<HypothesisSegment[]> {
  const file = (name: string): string => {
    const found = result.artifacts.find((artifact) => artifact.name === name);
    if (!found) throw new Error(`the run left no ${name}`);
    return found.path;
  };
  const blocks = await readFloats(file('cepstra/cepstra.f32'));
  const probabilities = await readFloats(file('vad'));
  const speech = speechSchema.parse(JSON.parse(await readFile(file('speech/speech.json'), 'utf8')));
  const layer = (windows: readonly VoiceWindow[]) => {
    const startSec = Float64Array.from(windows, (window) => window.startSec);
    const endSec = Float64Array.from(windows, (window) => window.endSec);
    return { embeddings: cepstralWindows(blocks, startSec, endSec), startSec, endSec };
  };
  const coarse = layer(layWindows(speech.regions, 1.5, 0.75));
  const fineWindows = layWindows(speech.regions, 0.75, 0.25);
  const fine = layer(fineWindows);
  const found = clusterWindows({
    ...coarse,
    size: CEPSTRAL_SIZE,
    sound: null,
    minSpeakers: 1,
    maxSpeakers: 20,
    method: 'evidence',
    sameVoice: 0.77,
    splitMore: 0,
    model: CEPSTRAL_MODEL,
  });
  const posteriors = {
    rows: vectors(fine.embeddings, CEPSTRAL_SIZE),
    speakers: vectors(found.voices, CEPSTRAL_SIZE),
    startSec: fine.startSec,
    endSec: fine.endSec,
  };
  const labels = speakerSequence(posteriors);
  restoreLostSpeakers(labels, fine, { ...coarse, labels: found.labels }, found.speakerCount);
  const confidence = labelConfidence(posteriors, labels);
  const vad = { probabilities, stepSec: VAD_STEP_SAMPLES / SAMPLE_RATE_HZ };
  const widerSec = widerBordersSec(DOUBT_PAD_SEC, speech.regions, vad);
  return turnsFromWindows(
    withWiderBorders(fineWindows, widerSec, speech.durationSec).map((window, i) => ({
      ...window,
      label: labels[i]!,
      confidence: confidence[i]!,
    })),
    {
      maxPauseSec: 0.5,
      startSec: 0,
      durationSec: speech.durationSec,
      vad,
    },
  );
}

async function readFloats(path: string): Promise<Float32Array> {
  const bytes = await readFile(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
