import { fileIdOf } from '../domain/media.ts';
import { JsonArray, JsonNumber, JsonObject, type JsonValue } from './json/model.ts';
import { parseJson } from './json/parse.ts';
import { serialiseJson } from './json/serialise.ts';
import { badInput, positionAt, quote } from './text/bad-input.ts';
import { fileIdFromName, withoutBom } from './text/lines.ts';
import { checkSeconds, parseDecimal } from './text/numbers.ts';
import { via3Anchor, via3AttributeType, via3FileType, via3Shape } from './via3-model.ts';
import type { FaceBox, MediaReference, ParseOptions, Turn } from './turn.ts';

/**
 * A VIA 3 project (VGG Image/Video Annotator; data format 3.1.1 and the older shape without a version that
 * av-diarization writes). The whole project is kept as it was read; `turns` and `boxes` are a view on it.
 */
export interface Via3Document {
  root: JsonObject;
  /** Spaces of indentation, 0 = one line. */
  indent: number;
  turns: Turn[];
  boxes: FaceBox[];
  media: MediaReference[];
  warnings: string[];
}

/** @throws AppError bad-input with line and column; all or nothing */
export function parseVia3(text: string, options: ParseOptions = {}): Via3Document {
  const { body } = withoutBom(text);
  const root = parseJson(body, options.file);
  return new Via3Reader(body, options.file).read(root);
}

/** The project with key order and number texts as they were read. */
export function serialiseVia3(document: Pick<Via3Document, 'root' | 'indent'>): string {
  return serialiseJson(document.root, document.indent) + (document.indent > 0 ? '\n' : '');
}

/** What a metadata entry says about speakers. */
export interface Via3Segment {
  viewId: string;
  startSec: number;
  endSec: number;
  /** Empty when the segment carries no value of the speaker attribute. */
  speakers: string[];
  /** A value is not among the options the attribute lists. */
  unlisted: boolean;
}

/** The attribute that names speakers, with its id. */
export interface Via3Attribute {
  id: string;
  type: number;
  options: JsonObject;
}

/** Reads projects; also used to update one in place (via3-write.ts). */
export class Via3Reader {
  #text: string;
  #file: string | undefined;

  /** @param text the root was parsed from, for positions */
  constructor(text: string, file?: string) {
    this.#text = text;
    this.#file = file;
  }

  read(root: JsonValue): Via3Document {
    if (!(root instanceof JsonObject)) throw this.#bad(null, 'a VIA project is a JSON object');
    if (root.members.has('_via_img_metadata') || root.members.has('_via_settings')) {
      const fix = 'Open it with VIA 3 (menu Import) and save it as a VIA 3 project.';
      throw badInput('this is a VIA 2 project; only VIA 3 is read', null, this.#file, fix);
    }
    const metadata = this.#object(root, 'metadata');
    this.#object(root, 'attribute');
    const indent = this.#text.includes('\n') ? 2 : 0;
    const views = this.views(root);
    const document: Via3Document = { root, indent, turns: [], boxes: [], media: [...views.values()], warnings: [] };
    const speaker = this.speakerAttribute(root, via3Anchor.temporalSegment);
    const face = this.speakerAttribute(root, via3Anchor.frameRegion);
    const confidence = this.#attributes(root, via3Anchor.temporalSegment).find((one) => /confidence/i.test(one.name));
    let other = 0;
    let unnamed = 0;
    let unlisted = 0;
    for (const [key, entry] of metadata.members) {
      const segment = this.segment(key, entry, speaker, views);
      if (segment) {
        if (segment.speakers.length === 0) unnamed += 1;
        if (segment.unlisted) unlisted += 1;
        for (const name of segment.speakers.length > 0 ? segment.speakers : ['unknown']) {
          document.turns.push({
            fileId: views.get(segment.viewId)!.fileId,
            channel: '1',
            startSec: segment.startSec,
            endSec: segment.endSec,
            speaker: name,
            confidence: confidence ? readConfidence(entry, confidence.id) : null,
          });
        }
        continue;
      }
      const box = this.#box(key, entry as JsonObject, face, views);
      if (box) document.boxes.push(box);
      else other += 1;
    }
    if (unnamed > 0) document.warnings.push(`${unnamed} segment(s) without a speaker are named "unknown".`);
    if (unlisted > 0)
      document.warnings.push(
        `${unlisted} segment(s) carry a value that is not among the options; it is taken as a name.`,
      );
    if (other > 0) document.warnings.push(`${other} other annotation(s) of the VIA project are kept but not shown.`);
    return document;
  }

  /** Views of the project and the recording each shows. Ids of recordings are made unique. */
  views(root: JsonObject): Map<string, MediaReference> {
    const files = new Map<string, MediaReference>();
    const taken = new Set<string>();
    for (const [id, file] of this.#object(root, 'file').members) {
      if (!(file instanceof JsonObject)) throw this.#bad(root, `file ${quote(id)} is not an object`);
      const type = file.get('type');
      const name = baseName(textOf(file.get('fname')) || textOf(file.get('src')));
      const wanted = name === '' ? fileIdFromName(this.#file) : fileIdOf(stemOf(name));
      let fileId = wanted;
      for (let number = 2; taken.has(fileId); number++) fileId = `${wanted}_${number}`;
      taken.add(fileId);
      files.set(id, { fileId, name, hasVideo: type instanceof JsonNumber && type.value === via3FileType.video });
    }
    if (root.get('view') === undefined) return files;
    const views = new Map<string, MediaReference>();
    for (const [id, view] of this.#object(root, 'view').members) {
      const list = view instanceof JsonObject ? view.get('fid_list') : undefined;
      const first = list instanceof JsonArray ? textOf(list.items[0]) : '';
      const media = files.get(first);
      if (!media) throw this.#bad(view ?? root, `view ${quote(id)} names no file of the project`);
      views.set(id, media);
    }
    return views;
  }

  /** By its name (`Speaker`, `who`, …), else the one most entries use, else the first. */
  speakerAttribute(root: JsonObject, anchor: string): Via3Attribute | null {
    const candidates = this.#attributes(root, anchor).filter((one) => !/confidence/i.test(one.name));
    const named = candidates.find((one) => /speaker|spk|\bwho\b|person|\bname\b|diari/i.test(one.name));
    if (named || candidates.length <= 1) return named ?? candidates[0] ?? null;
    const uses = new Map(candidates.map((one) => [one.id, 0]));
    for (const entry of this.#object(root, 'metadata').members.values()) {
      const values = entry instanceof JsonObject ? entry.get('av') : undefined;
      if (!(values instanceof JsonObject)) continue;
      for (const id of values.members.keys()) uses.set(id, (uses.get(id) ?? -Infinity) + 1);
    }
    return candidates.reduce((best, one) => (uses.get(one.id)! > uses.get(best.id)! ? one : best));
  }

  /** A metadata entry as a temporal segment; null when it is something else. Checks shape and times of every entry. */
  segment(
    key: string,
    entry: JsonValue,
    attribute: Via3Attribute | null,
    views: ReadonlyMap<string, MediaReference>,
  ): Via3Segment | null {
    if (!(entry instanceof JsonObject)) throw this.#bad(null, `metadata ${quote(key)} is not an object`);
    const viewId = textOf(entry.get('vid'));
    if (!views.has(viewId))
      throw this.#bad(entry, `metadata ${quote(key)} names view ${quote(viewId)}, which does not exist`);
    const z = this.#numbers(entry, 'z', key);
    const xy = this.#numbers(entry, 'xy', key);
    const times = z.map((time) => this.#time(time));
    const [startSec, endSec] = times;
    if (startSec === undefined || endSec === undefined || times.length !== 2 || xy.length > 0) return null;
    if (endSec <= startSec) throw this.#bad(z[1]!, `segment ${quote(key)} ends before it begins or is empty`);
    const values = entry.get('av');
    if (values !== undefined && !(values instanceof JsonObject))
      throw this.#bad(entry, `"av" of metadata ${quote(key)} is not an object`);
    const speakers = attribute && values ? this.#labels(values, attribute, key) : [];
    return { viewId, startSec, endSec, speakers, unlisted: isUnlisted(values, attribute) };
  }

  #box(
    key: string,
    entry: JsonObject,
    attribute: Via3Attribute | null,
    views: ReadonlyMap<string, MediaReference>,
  ): FaceBox | null {
    const z = this.#numbers(entry, 'z', key);
    const xy = this.#numbers(entry, 'xy', key).map((one) => one.value);
    const [shape, xPx, yPx, widthPx, heightPx] = xy;
    if (z.length !== 1 || shape !== via3Shape.rectangle || xPx === undefined || yPx === undefined) return null;
    if (widthPx === undefined || heightPx === undefined)
      throw this.#bad(entry, `rectangle ${quote(key)} needs five numbers`);
    const values = entry.get('av');
    const names = attribute && values instanceof JsonObject ? this.#labels(values, attribute, key) : [];
    const fileId = views.get(textOf(entry.get('vid')))!.fileId;
    return { fileId, timeSec: this.#time(z[0]!), xPx, yPx, widthPx, heightPx, speaker: names[0] ?? null };
  }

  #attributes(root: JsonObject, anchor: string): (Via3Attribute & { name: string })[] {
    const found: (Via3Attribute & { name: string })[] = [];
    for (const [id, attribute] of this.#object(root, 'attribute').members) {
      if (!(attribute instanceof JsonObject)) throw this.#bad(root, `attribute ${quote(id)} is not an object`);
      if (attribute.get('anchor_id') !== anchor) continue;
      const type = attribute.get('type');
      const options = attribute.get('options');
      found.push({
        id,
        name: textOf(attribute.get('aname')),
        type: type instanceof JsonNumber ? type.value : via3AttributeType.text,
        options: options instanceof JsonObject ? options : new JsonObject(),
      });
    }
    return found;
  }

  /** Values are option ids where options are listed, free text otherwise; a check box holds several. */
  #labels(values: JsonObject, attribute: Via3Attribute, key: string): string[] {
    const value = values.get(attribute.id);
    if (value === undefined || value === null || value === '') return [];
    if (typeof value !== 'string' && !(value instanceof JsonNumber)) {
      throw this.#bad(values, `the speaker of metadata ${quote(key)} is not a text`);
    }
    const ids = attribute.type === via3AttributeType.checkbox ? textOf(value).split(',') : [textOf(value)];
    const labels = ids.map((id) => textOf(attribute.options.get(id)) || id).filter((label) => label !== '');
    const tooLong = labels.find((label) => label.length > 200);
    if (tooLong !== undefined)
      throw this.#bad(values, `the speaker name ${quote(tooLong)} is longer than 200 characters`);
    return [...new Set(labels)];
  }

  #object(root: JsonObject, key: string): JsonObject {
    const value = root.get(key);
    if (value instanceof JsonObject) return value;
    const fix = 'Choose a project saved by VIA 3 (or by av-diarization).';
    throw badInput(`not a VIA 3 project: it has no "${key}" object`, this.#position(root), this.#file, fix);
  }

  #numbers(entry: JsonObject, name: string, key: string): JsonNumber[] {
    const value = entry.get(name);
    if (value === undefined) return [];
    if (!(value instanceof JsonArray) || !value.items.every((item) => item instanceof JsonNumber)) {
      throw this.#bad(entry, `"${name}" of metadata ${quote(key)} is not a list of numbers`);
    }
    return value.items;
  }

  #time(number: JsonNumber): number {
    return checkSeconds(number.value, 'time', () => this.#position(number) ?? { line: 1, column: 1 }, this.#file);
  }

  #position(node: JsonValue | null) {
    if (!(node instanceof JsonNumber || node instanceof JsonArray || node instanceof JsonObject) || node.at < 0)
      return null;
    return positionAt(this.#text, node.at);
  }

  #bad(node: JsonValue | null, problem: string) {
    return badInput(problem, this.#position(node), this.#file);
  }
}

/** Free text has no options, and av-diarization lists none: only a value beside listed ones is odd. */
function isUnlisted(values: JsonObject | undefined, attribute: Via3Attribute | null): boolean {
  if (!values || !attribute || attribute.options.members.size === 0 || attribute.type === via3AttributeType.text)
    return false;
  const value = textOf(values.get(attribute.id));
  return (
    value !== '' &&
    value.split(',').some((id) => !attribute.options.members.has(id)) &&
    !attribute.options.members.has(value)
  );
}

function readConfidence(entry: JsonValue, attributeId: string): number | null {
  const values = entry instanceof JsonObject ? entry.get('av') : undefined;
  const value = values instanceof JsonObject ? parseDecimal(textOf(values.get(attributeId))) : null;
  return value !== null && value >= 0 && value <= 1 ? value : null;
}

const textOf = (value: JsonValue | undefined): string =>
  typeof value === 'string' ? value : value instanceof JsonNumber ? value.text : '';

const baseName = (path: string): string => path.replace(/^.*[/\\]/, '');

/** Only extensions that are one: av-diarization writes bare stems, which may hold dots (`EN2002a.Mix-Headset`). */
const mediaExtension =
  /\.(mp4|m4v|mkv|mov|avi|webm|mpe?g|wmv|flv|m?ts|3gp|ogv|wav|mp3|m4a|flac|ogg|oga|opus|aac|wma|aiff?|sph|amr|jpe?g|png)$/i;
/** With a dummy extension for `fileIdOf`, which takes one off. */
const stemOf = (name: string): string => (mediaExtension.test(name) ? name : `${name}.x`);
