import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureFolder } from '#runtime/ensure-folder.ts';
import { AppError } from '#shared/api/errors.ts';
import type { SubsetChoice } from '#shared/api/contract.ts';
import { rttmFromTurns, serialiseRttm } from '#shared/formats/rttm.ts';
import { countSubset, type SubsetCounts } from '#shared/formats/subset.ts';
import { serialiseUem, uemFromRegions } from '#shared/formats/uem.ts';
import type { FfmpegTools } from '#media/ffmpeg.ts';
import { statMatches } from '#media/identity.ts';
import { cutWav } from '#media/wav.ts';
import { syncFolder } from '#runtime/atomic-file.ts';
import { appVersion } from '#runtime/version.ts';
import type { ExportStore } from './export-store.ts';
import { exportError } from './io-error.ts';
import type { SubsetManifest, SubsetRecording } from './subset-manifest.ts';
import { planSubset, type PlannedRecording } from './subset-plan.ts';
import { filesBelow, hashFile, samplesOf, verifySubset } from './subset-verify.ts';

export interface SubsetOptions {
  signal?: AbortSignal | undefined;
  /** 0..1, never falling. */
  onProgress?: ((share: number) => void) | undefined;
  /** `createdAt` of the manifest; now when absent. */
  createdMs?: number | undefined;
}

export interface ExportedSubset {
  folder: string;
  counts: SubsetCounts;
  warnings: string[];
}

/** Share of the work that is cutting; the rest is reading back. */
const CUTTING = 0.9;

/**
 * Writes a curated subset: `rttm/`, `uem/`, `wav/` and `manifest.json`. Everything is made in a hidden folder beside the
 * target, read back and checked, and only then given its name: the folder appears whole or not at all.
 *
 * @param folder must not exist, or be empty
 * @throws AppError conflict (folder in use, recording changed), bad-input (nothing meets the choice), io, cancelled
 */
export async function exportSubset(
  store: ExportStore,
  tools: FfmpegTools,
  choice: SubsetChoice,
  folder: string,
  options: SubsetOptions = {},
): Promise<ExportedSubset> {
  const target = path.resolve(folder);
  await refuseUsed(target);
  const { recordings, warnings } = await planSubset(store, choice);
  await checkRecordings(recordings);
  const staging = path.join(
    path.dirname(target),
    `.${path.basename(target).slice(0, 100)}.${randomBytes(6).toString('hex')}.part`,
  );
  try {
    await ensureFolder(staging);
    const entries: SubsetRecording[] = [];
    const totalSec = recordings.reduce((sum, one) => sum + soundSec(one), 0);
    let doneSec = 0;
    for (const recording of recordings) {
      options.signal?.throwIfAborted();
      const share = soundSec(recording) / totalSec;
      const written = await writeRecording(tools, recording, staging, {
        signal: options.signal,
        onProgress: (part) => options.onProgress?.(CUTTING * (doneSec / totalSec + part * share)),
      });
      warnings.push(...written.warnings.map((warning) => `${recording.media.name}: ${warning}`));
      entries.push(await describe(store, recording, written.rttmSpeakers));
      doneSec += soundSec(recording);
    }
    // A recording replaced while it was cut would make the hashes of the manifest a lie.
    await checkRecordings(recordings);
    const counts = countSubset(recordings);
    const { id, name } = await store.project();
    const manifest: SubsetManifest = {
      format: 'diarist-subset',
      formatVersion: 1,
      appVersion: appVersion(),
      createdAt: new Date(options.createdMs ?? Date.now()).toISOString(),
      project: { id, name },
      choice,
      counts,
      recordings: entries,
      files: await listFiles(staging),
      warnings,
    };
    await writeFile(path.join(staging, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    await syncTree(staging);
    await verifySubset(staging, options.signal);
    await giveName(staging, target);
    options.onProgress?.(1);
    return { folder: target, counts, warnings };
  } catch (error) {
    throw exportError(error, target);
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
  }
}

const soundSec = (recording: PlannedRecording): number =>
  recording.sounds.reduce((sum, sound) => sum + sound.endSec - sound.startSec, 0);

async function refuseUsed(target: string): Promise<void> {
  const entries = await readdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error.code === 'ENOTDIR' ? inUse(target, 'is a file') : exportError(error, target);
  });
  if (entries.length > 0) throw inUse(target, 'is not empty');
}

const inUse = (target: string, what: string): AppError =>
  new AppError('conflict', `${target} ${what}; nothing was written.`, {
    file: target,
    fix: 'Choose a new folder for the subset.',
  });

async function checkRecordings(recordings: readonly PlannedRecording[]): Promise<void> {
  for (const { media } of recordings) {
    if (await statMatches(media.identity, media.path)) continue;
    throw new AppError('conflict', `${media.path} is missing or not the file that was diarized; nothing was written.`, {
      file: media.path,
      fix: 'Put the recording back, or find it again with Relink, then export.',
    });
  }
}

async function writeRecording(
  tools: FfmpegTools,
  recording: PlannedRecording,
  staging: string,
  options: Parameters<typeof cutWav>[3],
): Promise<{ warnings: string[]; rttmSpeakers: Set<string> }> {
  const rttm = rttmFromTurns(recording.turns);
  const uem = uemFromRegions(recording.regions);
  await writeText(path.join(staging, recording.rttmPath), serialiseRttm(rttm));
  await writeText(path.join(staging, recording.uemPath), serialiseUem(uem));
  const { path: mediaPath, probe, choice } = recording.media;
  const cuts = recording.sounds.map((sound) => ({
    startSec: sound.startSec,
    endSec: sound.endSec,
    outPath: path.join(staging, sound.path),
  }));
  const cut = await cutWav(tools, { path: mediaPath, probe, choice }, cuts, options);
  return {
    warnings: [...rttm.warnings, ...uem.warnings, ...(cut?.warnings ?? [])],
    rttmSpeakers: new Set(rttm.turns.map((turn) => turn.speaker)),
  };
}

async function writeText(file: string, text: string): Promise<void> {
  await ensureFolder(path.dirname(file));
  await writeFile(file, text);
}

async function describe(
  store: ExportStore,
  recording: PlannedRecording,
  rttmSpeakers: ReadonlySet<string>,
): Promise<SubsetRecording> {
  const { media, turns, regions, sounds } = recording;
  const counts = countSubset([recording]);
  const speakers = [...new Set(turns.map((turn) => turn.speakerId))].map((id) => {
    const own = turns.filter((turn) => turn.speakerId === id);
    return { id, name: own[0]!.speaker, turns: own.length, speechSec: countSubset([{ turns: own }]).speechSec };
  });
  if (rttmSpeakers.size !== speakers.length) {
    throw new AppError('bad-input', `Two speakers of ${media.name} have one name; nothing was written.`, {
      file: media.path,
      fix: 'Rename or merge them, then export again.',
    });
  }
  const used = new Set(turns.flatMap((turn) => turn.hypothesisId ?? []));
  const runs = (await store.listHypotheses(media.id)).filter((info) => used.has(info.id));
  return {
    fileId: recording.fileId,
    mediaId: media.id,
    mediaName: media.name,
    mediaHash: media.identity.hash,
    mediaBytes: media.identity.sizeBytes,
    durationSec: media.probe.durationSec,
    stream: media.choice,
    counts: { speakers: counts.speakers, turns: counts.turns, speechSec: counts.speechSec },
    segments: { total: recording.segmentCount, accepted: recording.acceptedCount },
    documentRevision: recording.documentRevision,
    scoredSec: regions.reduce((ms, region) => ms + Math.round((region.endSec - region.startSec) * 1000), 0) / 1000,
    speakers,
    rttm: recording.rttmPath,
    uem: recording.uemPath,
    sounds: sounds.map(({ turn, ...sound }) => ({
      ...sound,
      samples: samplesOf(sound.startSec, sound.endSec),
      turn: turn && {
        speaker: turn.speaker,
        confidence: turn.confidence,
        review: turn.review,
        origin: turn.origin,
        hypothesisId: turn.hypothesisId,
      },
    })),
    runs: runs.map((info) => ({ hypothesisId: info.id, label: info.label, provenance: info.provenance })),
  };
}

async function listFiles(folder: string): Promise<SubsetManifest['files']> {
  const files: SubsetManifest['files'] = [];
  for (const file of await filesBelow(folder)) files.push({ path: file, ...(await hashFile(path.join(folder, file))) });
  return files;
}

/** Everything on disk before the folder gets its name: a power cut must not leave a named folder of empty files. */
async function syncTree(folder: string): Promise<void> {
  const folders = new Set([folder]);
  for (const file of await filesBelow(folder)) {
    const full = path.join(folder, file);
    folders.add(path.dirname(full));
    const handle = await open(full, 'r+');
    await handle.sync().finally(() => handle.close());
  }
  for (const one of folders) await syncFolder(one);
}

async function giveName(staging: string, target: string): Promise<void> {
  // Windows cannot rename onto an empty folder.
  await rmdir(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error.code === 'ENOTEMPTY' ? inUse(target, 'is no longer empty') : error;
  });
  await rename(staging, target);
  await syncFolder(path.dirname(target));
}
