import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { EngineSpawner } from '#jobs/engine-process.ts';
import type { EngineJob, EngineResult, FromEngine, ToEngine } from '#shared/engine/protocol.ts';
import type { VoicePrints, VoiceSpan } from '#shared/engine/voice-prints.ts';

/** The answer of {@link scriptedEngine} to a job: two speakers who take turns over 2 s. */
export function scriptedResult(job: EngineJob, artifacts: EngineResult['artifacts'] = []): EngineResult {
  return {
    kind: job.kind,
    segments: [
      { startSec: 0, endSec: 0.8, speaker: 'spk00', confidence: 0.9 },
      { startSec: 0.9, endSec: 1.6, speaker: 'spk01', confidence: 0.4 },
      { startSec: 1.7, endSec: 2, speaker: 'spk00', confidence: 0.8 },
    ],
    provenance: {
      systemId: job.systemId,
      systemVersion: '1',
      appVersion: 'test',
      params: {},
      models: [],
      stages: [],
      decoder: 'none',
      provider: 'cpu',
    },
    warnings: [],
    artifacts,
    decodedSec: 2,
    expectedSec: 2,
  };
}

/**
 * What the engine leaves of a comparison of voices: each speaker's vector is its own axis, in the order of their turns; all
 * of a file without turns sounds like the first.
 */
export function scriptedVoices(job: EngineJob, folder: string): EngineResult {
  const spans = (job.params['prints.spans'] ?? [{ speaker: 'voice', startSec: 0, endSec: 4 }]) as VoiceSpan[];
  const speakers = [...new Set(spans.map(({ speaker }) => speaker))];
  const prints = speakers.map((speaker, at) => ({
    speaker,
    speechSec: spans
      .filter((span) => span.speaker === speaker)
      .reduce((sum, one) => sum + one.endSec - one.startSec, 3),
    vector: Array.from({ length: 8 }, (_, axis) => (axis === at % 8 ? 1 : 0)),
  }));
  const file = path.join(folder, `${job.jobId}.json`);
  writeFileSync(file, JSON.stringify({ model: 'scripted', prints } satisfies VoicePrints));
  const artifacts = [{ name: 'voicePrints', key: job.jobId, path: file, sizeBytes: 1 }];
  return { ...scriptedResult(job, artifacts), segments: [] };
}

const scriptedAnswer = (job: EngineJob): EngineResult =>
  job.kind === 'voices' ? scriptedVoices(job, process.env['DIARIST_CACHE_DIR'] ?? os.tmpdir()) : scriptedResult(job);

/** An engine that answers at once and computes nothing: for tests of what stands around it. */
export const scriptedEngine =
  (answer: (job: EngineJob) => EngineResult | Promise<EngineResult> = scriptedAnswer): EngineSpawner =>
  (events) => {
    let ended = false;
    const reply = (message: FromEngine): void => {
      setImmediate(() => {
        if (!ended) events.onMessage(message);
      });
    };
    const end = (): void => {
      if (ended) return;
      ended = true;
      setImmediate(() => events.onExit({ code: 0, signal: null }));
    };
    return {
      pid: 1,
      send: (raw) => {
        const message = raw as ToEngine;
        switch (message.type) {
          case 'configure':
            return reply({ type: 'ready', pid: 1, threads: 1, provider: 'cpu' });
          case 'start':
            return void Promise.resolve(answer(message.job)).then((result) =>
              reply({ type: 'done', jobId: message.job.jobId, result }),
            );
          case 'cancel':
            return reply({ type: 'cancelled', jobId: message.jobId });
          case 'shutdown':
            return end();
        }
      },
      kill: end,
    };
  };
