import { assumedFps, videoFps } from './m3sd.ts';
import { badInput, positionAt, quote } from './text/bad-input.ts';
import { fileIdFromName, withoutBom } from './text/lines.ts';
import { checkSeconds, parseDecimal, roundTo } from './text/numbers.ts';
import { compareTurns, emptyLabels, type LabelSet, type ParseOptions } from './turn.ts';
import { childrenNamed, parseXml, textOf, type XmlElement } from './xml/parse.ts';

/** Attributes that say who a face is, and whether it speaks. */
const nameAttributes = ['speaker', 'person', 'name', 'identity', 'id'];
const speechAttributes = ['speaking', 'active', 'talking', 'is_speaking'];
const isTrue = (text: string): boolean => /^(?:true|yes|1|speaking|speaking_audible)$/i.test(text.trim());

interface Box {
  frame: number;
  speaks: boolean;
}

/**
 * CVAT for video 1.1 (XML): boxes of every track in pixels. A face is called by its attribute speaker, person, name,
 * identity or id, else by its label and track; where an attribute speaking (active, talking) is true, that is a turn.
 *
 * @throws AppError bad-input with line and column; all or nothing
 */
export function parseCvat(text: string, options: ParseOptions = {}): { labels: LabelSet; warnings: string[] } {
  const { body } = withoutBom(text);
  const root = parseXml(body, options.file);
  const bad = (at: number, problem: string) => badInput(problem, positionAt(body, at), options.file);
  if (root.name !== 'annotations') throw bad(root.at, `not a CVAT file: its root is <${root.name}>`);
  if (childrenNamed(root, 'image').length > 0)
    throw bad(root.at, 'CVAT for images has no times; export the task as "CVAT for video 1.1"');
  const fps = options.fps ?? videoFps;
  const fileId = recordingOf(root) ?? fileIdFromName(options.file);
  const labels = emptyLabels();
  let shapes = 0;
  for (const track of childrenNamed(root, 'track')) {
    const boxes: Box[] = [];
    const named = nameOfTrack(track);
    if (named.length > 200) throw bad(track.at, 'a name is longer than 200 characters');
    for (const child of track.children) {
      if (typeof child === 'string') continue;
      if (child.name !== 'box') {
        shapes += 1;
        continue;
      }
      const number = (key: string): number => {
        const value = parseDecimal(child.attributes.get(key) ?? '');
        if (value === null || Math.abs(value) > 1e8) throw bad(child.at, `a box has no usable number ${quote(key)}`);
        return value;
      };
      const frame = number('frame');
      if (!Number.isInteger(frame) || frame < 0) throw bad(child.at, 'the frame of a box is no whole number');
      if (child.attributes.get('outside') === '1') continue;
      const timeSec = checkSeconds(roundTo(frame / fps, 6), 'time', () => positionAt(body, child.at), options.file);
      const [left, top, right, bottom] = [number('xtl'), number('ytl'), number('xbr'), number('ybr')];
      if (right < left || bottom < top) throw bad(child.at, 'a box ends before it begins');
      const place = { xPx: left, yPx: top, widthPx: roundTo(right - left, 6), heightPx: roundTo(bottom - top, 6) };
      labels.boxes.push({ fileId, timeSec, ...place, speaker: named });
      const speech = attributesOf(child).find(([key]) => speechAttributes.includes(key));
      boxes.push({ frame, speaks: speech !== undefined && isTrue(speech[1]) });
    }
    for (const { start, end } of runsOf(boxes)) {
      const [startSec, endSec] = [roundTo(start / fps, 6), roundTo(end / fps, 6)];
      labels.turns.push({ fileId, channel: '1', startSec, endSec, speaker: named, confidence: null });
    }
  }
  labels.turns.sort(compareTurns);
  const warnings = assumedFps(options);
  if (shapes > 0) warnings.push(`${shapes} shape(s) other than boxes were passed over.`);
  if (labels.turns.length === 0 && labels.boxes.length > 0)
    warnings.push('No box has an attribute "speaking" that is true: the file holds faces but no turns.');
  return { labels, warnings };
}

/** Frames in which a face speaks; a box holds until the next one. */
function runsOf(boxes: readonly Box[]): { start: number; end: number }[] {
  const ordered = [...boxes].sort((a, b) => a.frame - b.frame);
  const runs: { start: number; end: number }[] = [];
  for (const [at, { frame, speaks }] of ordered.entries()) {
    if (!speaks) continue;
    const next = ordered[at + 1];
    const end = next === undefined ? frame + 1 : next.speaks || next.frame === frame + 1 ? next.frame : frame + 1;
    const last = runs.at(-1);
    if (last && frame <= last.end) last.end = Math.max(last.end, end);
    else if (end > frame) runs.push({ start: frame, end });
  }
  return runs;
}

const attributesOf = (element: XmlElement): [string, string][] =>
  childrenNamed(element, 'attribute').map((one) => [
    (one.attributes.get('name') ?? '').trim().toLowerCase(),
    textOf(one).trim(),
  ]);

function nameOfTrack(track: XmlElement): string {
  const boxes = childrenNamed(track, 'box');
  for (const element of [track, ...boxes.slice(0, 1)]) {
    const found = attributesOf(element).find(([key, value]) => nameAttributes.includes(key) && value !== '');
    if (found) return found[1];
  }
  const label = (track.attributes.get('label') ?? '').trim() || 'face';
  const id = (track.attributes.get('id') ?? '').trim();
  return id === '' ? label : `${label} ${id}`;
}

function recordingOf(root: XmlElement): string | null {
  const meta = childrenNamed(root, 'meta')[0];
  const job = meta ? (childrenNamed(meta, 'task')[0] ?? childrenNamed(meta, 'job')[0]) : undefined;
  const source = [meta, job].flatMap((one) => (one ? childrenNamed(one, 'source') : []))[0];
  const name = (source ? textOf(source) : '').trim().replace(/^.*[/\\]/, '');
  return name === '' || name.length > 200 ? null : fileIdFromName(name);
}
