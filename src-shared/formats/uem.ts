import { badInput } from './text/bad-input.ts';
import { columnOfField, fieldsOf, linesOf, withoutBom, type TextLine } from './text/lines.ts';
import { parseSeconds } from './text/numbers.ts';
import { TokenTable } from './text/tokens.ts';
import { compareText, type ParseOptions, type Region } from './turn.ts';

/**
 * UEM (NIST un-partitioned evaluation map): `file channel start end`, the regions that were annotated and are scored.
 * Comments begin with `;`. The document keeps every line as it was.
 */
export interface UemDocument {
  bom: boolean;
  lines: UemLine[];
  regions: Region[];
}

export interface UemLine extends TextLine {
  region: Region | null;
}

/** @throws AppError bad-input with line and column; all or nothing */
export function parseUem(text: string, options: ParseOptions = {}): UemDocument {
  const { bom, body } = withoutBom(text);
  const document: UemDocument = { bom, lines: [], regions: [] };
  let number = 0;
  for (const line of linesOf(body)) {
    number += 1;
    const region = readRegion(line.text, number, options.file);
    document.lines.push({ ...line, region });
    if (region) document.regions.push(region);
  }
  return document;
}

function readRegion(text: string, line: number, file: string | undefined): Region | null {
  const fields = fieldsOf(text);
  const [fileId, channel, startText, endText] = fields;
  if (fileId === undefined || fileId.startsWith(';') || fileId.startsWith('#')) return null;
  const at = (field: number) => ({ line, column: columnOfField(text, field) });
  if (channel === undefined || startText === undefined || endText === undefined || fields.length > 4) {
    const problem = `the line has ${fields.length} fields where UEM has 4: file, channel, start, end`;
    throw badInput(problem, at(Math.min(fields.length, 4)), file);
  }
  const startSec = parseSeconds(startText, 'start time', at(2), file);
  const endSec = parseSeconds(endText, 'end time', at(3), file);
  if (endSec <= startSec) throw badInput('the region ends before it begins or is empty', at(3), file);
  return { fileId, channel, startSec, endSec };
}

/** The file as it was read, or as {@link uemFromRegions} made it. */
export function serialiseUem(document: Pick<UemDocument, 'bom' | 'lines'>): string {
  const parts: string[] = document.bom ? ['\uFEFF'] : [];
  for (const line of document.lines) parts.push(line.text, line.eol);
  return parts.join('');
}

/** UEM of our own making: by file and time. Starts are rounded down and ends up, so that no turn falls out by rounding. */
export function uemFromRegions(regions: readonly Region[], decimals: 3 | 6 = 3): UemDocument & { warnings: string[] } {
  const scale = decimals === 3 ? 1e3 : 1e6;
  const token = new TokenTable('UEM');
  const document: UemDocument = { bom: false, lines: [], regions: [] };
  const ordered = [...regions].sort(
    (a, b) => compareText(a.fileId, b.fileId) || a.startSec - b.startSec || a.endSec - b.endSec,
  );
  for (const region of ordered) {
    // Times that lie on the grid but for binary noise stay there.
    const startSec = Math.floor(region.startSec * scale + 1e-6) / scale;
    const endSec = Math.ceil(region.endSec * scale - 1e-6) / scale;
    if (endSec <= startSec) continue;
    const fileId = token.of('file id', '', region.fileId);
    const channel = token.of('channel', fileId, region.channel);
    const text = `${fileId} ${channel} ${startSec.toFixed(decimals)} ${endSec.toFixed(decimals)}`;
    const written: Region = { fileId, channel, startSec, endSec };
    document.lines.push({ text, eol: '\n', region: written });
    document.regions.push(written);
  }
  return { ...document, warnings: token.warnings() };
}
