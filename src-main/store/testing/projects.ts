import type { HypothesisSegment } from '#shared/domain/hypothesis.ts';
import type { Job } from '#shared/domain/job.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { openStore } from '../store.ts';
import type { NewHypothesis, NewMedia, Store, StoreOptions } from '../store.ts';

/** A scratch folder per test, with every store opened in it closed at the end. */
export function useProjects() {
  const folders: string[] = [];
  const stores: Store[] = [];
  afterEach(async () => {
    await Promise.allSettled(stores.splice(0).map((store) => store.close()));
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  const folder = () => {
    const made = mkdtempSync(path.join(tmpdir(), 'diarist-store-'));
    folders.push(made);
    return made;
  };
  const open = async (file: string, more: Partial<StoreOptions> = {}): Promise<Store> => {
    const store = await openStore({ path: file, create: true, ...more });
    stores.push(store);
    return store;
  };
  const file = () => path.join(folder(), 'talk.diarist');
  /** A new project with one file in it. */
  const projectWithFile = async () => {
    const projectFile = file();
    const store = await open(projectFile);
    const [media] = await store.addMedia([newMedia('/media/talk.wav')]);
    return { store, mediaId: media!.id, file: projectFile };
  };
  const reopen = async (project: { store: Store; file: string }) => {
    await project.store.close();
    return open(project.file, { create: false });
  };
  return { folder, file, open, projectWithFile, reopen };
}

export const newMedia = (file: string): NewMedia => ({
  path: file,
  identity: { sizeBytes: 1234, mtimeMs: 1700000000000.25, hash: 'sha256:00' },
  probe: {
    container: 'wav',
    durationSec: 60.5,
    timeZeroSec: -0.021333,
    audio: [
      {
        index: 0,
        codec: 'pcm_s16le',
        sampleRateHz: 16000,
        channels: 1,
        startSec: 0,
        durationSec: null,
        language: 'de',
      },
    ],
    video: [],
    attachedPictures: 0,
  },
});

export const newHypothesis = (mediaId: string, segments: HypothesisSegment[]): NewHypothesis => ({
  mediaId,
  label: 'Diarist audio',
  origin: 'machine',
  provenance: null,
  warnings: [],
  segments,
});

export const newJob = (mediaId: string, more: Partial<Job> = {}): Job => ({
  id: 'job1',
  mediaId,
  kind: 'diarize',
  systemId: 'diarist-audio',
  params: { 'vad.threshold': 0.4 },
  speakers: { min: 2, max: 4 },
  state: 'running',
  crashes: 1,
  progress: { stage: 'vad', stageLabel: 'Finding speech', stageShare: 0.5, totalShare: 0.1, etaSec: null },
  error: null,
  hypothesisId: null,
  createdMs: 1700000000000.5,
  finishedMs: null,
  ...more,
});

/** `count` turns of half a second by `speakers` speakers in turn. */
export const turns = (count: number, speakers = 3): HypothesisSegment[] =>
  Array.from({ length: count }, (_, index) => ({
    startSec: index * 0.6,
    endSec: index * 0.6 + 0.5,
    speaker: `spk${index % speakers}`,
    confidence: (index % 10) / 10,
  }));
