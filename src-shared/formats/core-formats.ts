import { decimalsNeeded } from './text/numbers.ts';
import { parseRttm, rttmFromTurns, serialiseRttm } from './rttm.ts';
import { parseUem, serialiseUem, uemFromRegions } from './uem.ts';
import { parseVia3, serialiseVia3 } from './via3.ts';
import { via3FromLabels } from './via3-write.ts';
import type { LabelFormat } from './registry.ts';
import { emptyLabels, type LabelSet, type Region, type Turn } from './turn.ts';

export const rttmFormat: LabelFormat = {
  id: 'rttm',
  label: 'RTTM',
  extensions: ['.rttm'],
  can: {
    turns: true,
    regions: false,
    boxes: false,
    manyFiles: true,
    channel: true,
    confidence: true,
    text: false,
    overlap: true,
  },
  sniff: (head) => /^(?:[ \t]*(?:[;#][^\r\n]*)?(?:\r\n?|\n))*[ \t]*(?:SPEAKER|SPKR-INFO)[ \t]/.test(head),
  parse(text, options) {
    const document = parseRttm(text, options);
    const labels = { ...emptyLabels(), turns: document.turns };
    return { labels, warnings: document.warnings, original: () => serialiseRttm(document) };
  },
  serialise(labels) {
    const document = rttmFromTurns(labels.turns, decimalsNeeded(timesOf(labels.turns)));
    return { text: serialiseRttm(document), warnings: document.warnings };
  },
};

export const uemFormat: LabelFormat = {
  id: 'uem',
  label: 'UEM',
  extensions: ['.uem'],
  can: {
    turns: false,
    regions: true,
    boxes: false,
    manyFiles: true,
    channel: true,
    confidence: false,
    text: false,
    overlap: false,
  },
  sniff: (head) =>
    /^(?:[ \t]*(?:[;#][^\r\n]*)?(?:\r\n?|\n))*[ \t]*\S+[ \t]+\S+[ \t]+[\d.]+[ \t]+[\d.]+[ \t]*(?:[\r\n]|$)/.test(head),
  parse(text, options) {
    const document = parseUem(text, options);
    const labels = { ...emptyLabels(), regions: document.regions };
    return { labels, warnings: [], original: () => serialiseUem(document) };
  },
  serialise(labels) {
    const regions = labels.regions.length > 0 ? labels.regions : extents(labels);
    const document = uemFromRegions(regions, decimalsNeeded(timesOf(regions)));
    const warnings = [...document.warnings];
    if (labels.regions.length === 0 && regions.length > 0) {
      warnings.push(
        'The labels name no scored regions: each reaches from the first to the last turn of its recording.',
      );
    }
    return { text: serialiseUem(document), warnings };
  },
};

export const via3Format: LabelFormat = {
  id: 'via3',
  label: 'VIA 3 project',
  extensions: ['.via.json', '.json'],
  can: {
    turns: true,
    regions: false,
    boxes: true,
    manyFiles: true,
    channel: false,
    confidence: true,
    text: false,
    overlap: true,
  },
  sniff: (head) =>
    /^\s*\{/.test(head) && /"(?:anchor_id|vid_list|vid|fid_list|_via_img_metadata|loc_prefix)"/.test(head),
  parse(text, options) {
    const document = parseVia3(text, options);
    const labels = { turns: document.turns, regions: [], boxes: document.boxes, media: document.media };
    return { labels, warnings: document.warnings, original: () => serialiseVia3(document) };
  },
  serialise(labels, options) {
    const document = via3FromLabels(labels, {
      projectName: options.stem,
      creator: `Diarist ${options.appVersion}`,
      createdMs: options.createdMs,
    });
    return { text: serialiseVia3(document), warnings: document.warnings };
  },
};

const timesOf = (spans: readonly { startSec: number; endSec: number }[]): number[] =>
  spans.flatMap((span) => [span.startSec, span.endSec]);

/** First start to last end of each recording and channel. */
function extents(labels: LabelSet): Region[] {
  const found = new Map<string, Region>();
  for (const { fileId, channel, startSec, endSec } of labels.turns satisfies readonly Turn[]) {
    const key = JSON.stringify([fileId, channel]);
    const region = found.get(key);
    if (!region) found.set(key, { fileId, channel, startSec, endSec });
    else {
      region.startSec = Math.min(region.startSec, startSec);
      region.endSec = Math.max(region.endSec, endSec);
    }
  }
  return [...found.values()];
}
