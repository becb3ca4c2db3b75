import type { ExportFormat } from '#shared/api/contract.ts';
import { AppError } from '#shared/api/errors.ts';
import { documentLabels } from '#shared/formats/document-labels.ts';
import { rttmFromTurns, serialiseRttm } from '#shared/formats/rttm.ts';
import type { LabelSet } from '#shared/formats/turn.ts';
import { serialiseUem, uemFromRegions } from '#shared/formats/uem.ts';
import { serialiseVia3 } from '#shared/formats/via3.ts';
import { via3FromLabels } from '#shared/formats/via3-write.ts';
import { appVersion } from '#runtime/version.ts';
import type { ExportStore } from './export-store.ts';
import { safeName } from './safe-name.ts';
import { writeSet } from './write-set.ts';

export interface ExportedText {
  /** `<file id>.rttm`, `.via.json` or `.uem`. */
  fileName: string;
  text: string;
  warnings: string[];
}

const extensions = { rttm: '.rttm', via3: '.via.json', uem: '.uem' } as const satisfies Record<ExportFormat, string>;

/**
 * The curated layer of one file as text. RTTM and UEM carry three decimals.
 *
 * @throws AppError not-found for an unknown media id
 */
export async function exportText(store: ExportStore, mediaId: string, format: ExportFormat): Promise<ExportedText> {
  const media = await store.getMedia(mediaId);
  const { labels, warnings } = documentLabels(await store.getDocument(mediaId), media);
  const written = formatLabels(labels, format, media.fileId, Date.now());
  return {
    fileName: `${safeName(media.fileId)}${extensions[format]}`,
    text: written.text,
    // Only UEM says what was reviewed.
    warnings: [...(format === 'uem' ? warnings : []), ...written.warnings],
  };
}

/** Labels of one recording as we export them. */
export function formatLabels(
  labels: LabelSet,
  format: ExportFormat,
  stem: string,
  createdMs: number,
): { text: string; warnings: string[] } {
  switch (format) {
    case 'rttm': {
      const document = rttmFromTurns(labels.turns);
      return { text: serialiseRttm(document), warnings: document.warnings };
    }
    case 'uem': {
      const document = uemFromRegions(labels.regions);
      return { text: serialiseUem(document), warnings: document.warnings };
    }
    case 'via3': {
      const options = { projectName: stem, creator: `Diarist ${appVersion()}`, createdMs };
      const document = via3FromLabels(labels, options);
      return { text: serialiseVia3(document), warnings: document.warnings };
    }
  }
}

export interface FilesRequest {
  mediaIds: readonly string[];
  formats: readonly ExportFormat[];
  /** Made if it does not exist. */
  folder: string;
  overwrite: boolean;
}

/**
 * Label files of several media into one folder, all or none.
 *
 * @throws AppError conflict when a file exists already and `overwrite` is not set, or two media share a file id
 */
export async function exportFiles(
  store: ExportStore,
  request: FilesRequest,
): Promise<{ written: string[]; warnings: string[] }> {
  const texts: ExportedText[] = [];
  const owners = new Map<string, string>();
  for (const mediaId of new Set(request.mediaIds)) {
    const { path: mediaPath } = await store.getMedia(mediaId);
    for (const format of new Set(request.formats)) {
      const text = await exportText(store, mediaId, format);
      const key = text.fileName.normalize('NFC').toLowerCase();
      const other = owners.get(key);
      if (other !== undefined) {
        throw new AppError('conflict', `${mediaPath} and ${other} would both be written to ${text.fileName}.`, {
          file: mediaPath,
          fix: 'Export them into different folders.',
        });
      }
      owners.set(key, mediaPath);
      texts.push(text);
    }
  }
  const files = texts.map((one) => ({ name: one.fileName, data: one.text }));
  const written = await writeSet(request.folder, files, request.overwrite);
  const warnings = texts.flatMap((one) => one.warnings.map((warning) => `${one.fileName}: ${warning}`));
  return { written, warnings };
}
