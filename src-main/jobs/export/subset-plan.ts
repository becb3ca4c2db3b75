import path from 'node:path';
import { AppError } from '#shared/api/errors.ts';
import type { SubsetChoice } from '#shared/api/contract.ts';
import type { MediaItem } from '#shared/domain/media.ts';
import { mediaExtent } from '#shared/formats/document-labels.ts';
import {
  countSubset,
  selectTurns,
  type SubsetCounts,
  type SubsetFile,
  type SubsetTurn,
} from '#shared/formats/subset.ts';
import type { ExportStore } from './export-store.ts';
import { safeName, UniqueNames } from './safe-name.ts';

/** A sound to be cut, with its place in the subset folder. */
export interface PlannedSound {
  /** Relative, with `/`. */
  path: string;
  startSec: number;
  endSec: number;
  turn: SubsetTurn | null;
}

/** What is exported of one recording and under which names. */
export interface PlannedRecording extends SubsetFile {
  media: MediaItem;
  documentRevision: number;
  /** As in the labels: the recording's own, numbered where two share one. */
  fileId: string;
  rttmPath: string;
  uemPath: string;
  sounds: PlannedSound[];
}

/** Counts of a choice, for its dialog. @throws AppError not-found for an unknown media id */
export async function subsetPreview(store: ExportStore, choice: SubsetChoice): Promise<SubsetCounts> {
  const files: SubsetFile[] = [];
  for (const mediaId of new Set(choice.mediaIds)) files.push((await selectOf(store, mediaId, choice)).file);
  return countSubset(files);
}

/**
 * Files and names of a subset. Recordings without a chosen turn are left out and named in a warning.
 *
 * @throws AppError bad-input when nothing is left
 */
export async function planSubset(
  store: ExportStore,
  choice: SubsetChoice,
): Promise<{ recordings: PlannedRecording[]; warnings: string[] }> {
  const recordings: PlannedRecording[] = [];
  const warnings: string[] = [];
  const fileIds = new UniqueNames();
  const names = new UniqueNames();
  for (const mediaId of new Set(choice.mediaIds)) {
    const { media, revision, file } = await selectOf(store, mediaId, choice);
    if (file.turns.length === 0) {
      warnings.push(`${media.name} has no turn that meets the choice and was left out.`);
      continue;
    }
    const fileId = fileIds.of(media.fileId);
    if (fileId !== media.fileId) warnings.push(`A second recording named ${media.name} is called ${fileId}.`);
    const name = names.of(safeName(fileId));
    const rename = <T extends { fileId: string }>(one: T): T => ({ ...one, fileId });
    const turns = file.turns.map(rename);
    recordings.push({
      ...file,
      turns,
      regions: file.regions.map(rename),
      media,
      documentRevision: revision,
      fileId,
      rttmPath: `rttm/${name}.rttm`,
      uemPath: `uem/${name}.uem`,
      sounds: choice.cuts === 'whole' ? [wholeSound(media, name)] : turnSounds(turns, name),
    });
  }
  if (recordings.length > 0) return { recordings, warnings };
  throw new AppError('bad-input', 'No turn meets the choice; nothing was written.', {
    fix: choice.reviewedOnly
      ? 'Accept segments in the review first, or export unreviewed ones too.'
      : 'Choose more speakers or files, or a shorter minimum length.',
  });
}

async function selectOf(store: ExportStore, mediaId: string, choice: SubsetChoice) {
  const media = await store.getMedia(mediaId);
  const document = await store.getDocument(mediaId);
  const speakers = choice.speakerIds;
  const speakerIds = speakers && Object.hasOwn(speakers, mediaId) ? (speakers[mediaId] ?? null) : null;
  return { media, revision: document.revision, file: selectTurns(document, media, { ...choice, speakerIds }) };
}

/** From t = 0, so that the times of RTTM and UEM are times in the sound. */
function wholeSound(media: MediaItem, name: string): PlannedSound {
  return { path: `wav/${name}.wav`, startSec: 0, endSec: mediaExtent(media).end / 1000, turn: null };
}

/** `wav/<recording>/0001-Anna-3240-5320.wav`: number in time, speaker, milliseconds. */
function turnSounds(turns: readonly SubsetTurn[], name: string): PlannedSound[] {
  const digits = Math.max(4, String(turns.length).length);
  return turns.map((turn, at) => {
    const times = `${Math.round(turn.startSec * 1000)}-${Math.round(turn.endSec * 1000)}`;
    const file = `${String(at + 1).padStart(digits, '0')}-${safeName(turn.speaker, 60)}-${times}.wav`;
    return { path: path.posix.join('wav', name, file), startSec: turn.startSec, endSec: turn.endSec, turn };
  });
}
