import { groupBy } from './group-by.ts';
import { JsonNumber, JsonObject, toJson, type JsonValue } from './json/model.ts';
import { roundTo } from './text/numbers.ts';
import { compareText, compareTurns, type FaceBox, type LabelSet, type MediaReference, type Turn } from './turn.ts';
import {
  via3Anchor,
  via3AttributeType,
  via3FileLocation,
  via3FileType,
  via3FormatVersion,
  via3RowCounts,
  via3Shape,
} from './via3-model.ts';
import { Via3Reader, serialiseVia3, type Via3Document } from './via3.ts';

export interface Via3Options {
  projectName: string;
  /** `Diarist 0.1.0` */
  creator: string;
  createdMs: number;
}

/**
 * A VIA 3.1.1 project of our own making: one view per recording, a `Speaker` choice with every name as an option (id = name,
 * so that readers that take the value as it is also see names), segments as `z=[start,end]`, faces as `z=[t]` rectangles.
 * Files are named, not located by a path: VIA asks once where they are.
 */
export function via3FromLabels(labels: Partial<LabelSet>, options: Via3Options): Via3Document {
  const turns = [...(labels.turns ?? [])].sort(compareTurns);
  const boxes = labels.boxes ?? [];
  const media = mediaOf(turns, boxes, labels.media ?? []);
  const names = [...new Set(turns.map((turn) => turn.speaker))].sort(compareText);
  const faceNames = [...new Set(boxes.flatMap((box) => box.speaker ?? []))].sort(compareText);
  const withConfidence = turns.some((turn) => turn.confidence !== null);
  const attributes: [string, JsonValue][] = [
    ['1', attribute('Speaker', via3Anchor.temporalSegment, via3AttributeType.select, names, 'Who speaks')],
  ];
  if (boxes.length > 0) {
    attributes.push([
      '2',
      attribute('Face', via3Anchor.frameRegion, via3AttributeType.select, faceNames, 'Whose face'),
    ]);
  }
  if (withConfidence) {
    attributes.push([
      '3',
      attribute('Confidence', via3Anchor.temporalSegment, via3AttributeType.text, [], '0 to 1, from evidence'),
    ]);
  }
  const metadata = new JsonObject();
  const turnsOf = groupBy(turns, (turn) => turn.fileId);
  const boxesOf = groupBy(boxes, (box) => box.fileId);
  media.forEach((one, at) => {
    const vid = String(at + 1);
    const keys = new KeyMaker(vid, metadata);
    for (const turn of turnsOf.get(one.fileId) ?? []) {
      metadata.set(keys.next(), segmentEntry(vid, turn, '1', withConfidence ? '3' : null));
    }
    for (const box of boxesOf.get(one.fileId) ?? []) metadata.set(keys.next(), boxEntry(vid, box, '2'));
  });
  const ids = media.map((_, at) => String(at + 1));
  const root = toJson({
    project: {
      pid: '__VIA_PROJECT_ID__',
      rev: '__VIA_PROJECT_REV_ID__',
      rev_timestamp: '__VIA_PROJECT_REV_TIMESTAMP__',
      pname: options.projectName,
      creator: options.creator,
      created: options.createdMs,
      data_format_version: via3FormatVersion,
      vid_list: ids,
    },
    config: {
      file: { loc_prefix: { '1': '', '2': '', '3': '', '4': '' } },
      ui: {
        file_content_align: 'center',
        file_metadata_editor_visible: true,
        spatial_metadata_editor_visible: true,
        temporal_segment_metadata_editor_visible: true,
        spatial_region_label_attribute_id: boxes.length > 0 ? '2' : '',
        gtimeline_visible_row_count: String(via3RowCounts.find((rows) => rows >= names.length) ?? 16),
      },
    },
    attribute: new JsonObject(attributes),
    file: new JsonObject(
      media.map((one, at) => [
        String(at + 1),
        toJson({
          fid: String(at + 1),
          fname: one.name,
          type: one.hasVideo ? via3FileType.video : via3FileType.audio,
          loc: via3FileLocation.local,
          src: one.name,
        }),
      ]),
    ),
    metadata,
    view: new JsonObject(ids.map((id) => [id, toJson({ fid_list: [id] })])),
  }) as JsonObject;
  return reread(root, 1);
}

/**
 * The same project with other speaker turns: entries that did not change keep key and all attributes, the others go, new
 * ones come, new names become options. Everything else of the project stays.
 *
 * @param turns whose `fileId` are those of `document.media`
 */
export function updateVia3(document: Via3Document, turns: readonly Turn[]): Via3Document {
  // A copy by way of its text: documents are values.
  const root = new JsonObject(document.root.members);
  const reader = new Via3Reader(serialiseVia3(document));
  const views = reader.views(root);
  const attributes = new JsonObject((root.get('attribute') as JsonObject).members);
  let speaker = reader.speakerAttribute(root, via3Anchor.temporalSegment);
  if (!speaker) {
    const id = freeKey(attributes, 1);
    attributes.set(id, attribute('Speaker', via3Anchor.temporalSegment, via3AttributeType.select, [], 'Who speaks'));
    speaker = { id, type: via3AttributeType.select, options: new JsonObject() };
  }
  const options = new JsonObject(speaker.options.members);
  const valueOf = optionIds(options, speaker.type);

  const wanted = groupBy(turns, turnKey);
  const metadata = new JsonObject();
  let dropped = 0;
  for (const [key, entry] of (root.get('metadata') as JsonObject).members) {
    const segment = reader.segment(key, entry, speaker, views);
    if (!segment) {
      metadata.set(key, entry);
      continue;
    }
    const fileId = views.get(segment.viewId)!.fileId;
    const names = segment.speakers.length > 0 ? segment.speakers : ['unknown'];
    const claimed = names.map((name) => wanted.get(turnKey({ ...segment, fileId, speaker: name })));
    if (claimed.every((list) => list !== undefined && list.length > 0)) {
      for (const list of claimed) list!.pop();
      metadata.set(key, entry);
    } else if (entry instanceof JsonObject && (entry.get('av') as JsonObject | undefined)?.members.size !== 1)
      dropped += 1;
  }
  const viewOf = new Map([...views].map(([viewId, media]) => [media.fileId, viewId]));
  const keyMakers = new Map<string, KeyMaker>();
  let homeless = 0;
  for (const turn of [...wanted.values()].flat().sort(compareTurns)) {
    const viewId = viewOf.get(turn.fileId);
    if (viewId === undefined) {
      homeless += 1;
      continue;
    }
    const keys = keyMakers.get(viewId) ?? new KeyMaker(viewId, metadata);
    keyMakers.set(viewId, keys);
    metadata.set(keys.next(), segmentEntry(viewId, { ...turn, speaker: valueOf(turn.speaker) }, speaker.id, null));
  }
  const attributeEntry = new JsonObject((attributes.get(speaker.id) as JsonObject).members);
  attributeEntry.set('options', options);
  attributes.set(speaker.id, attributeEntry);
  root.set('attribute', attributes);
  root.set('metadata', metadata);
  const updated = reread(root, document.indent);
  if (dropped > 0) updated.warnings.push(`${dropped} changed segment(s) lost the values of other VIA attributes.`);
  if (homeless > 0)
    updated.warnings.push(`${homeless} turn(s) of recordings that the VIA project lacks were left out.`);
  return updated;
}

/** Recordings the project shows: the given ones first, then those only the labels name. */
function mediaOf(
  turns: readonly Turn[],
  boxes: readonly FaceBox[],
  given: readonly MediaReference[],
): MediaReference[] {
  const media = new Map(given.map((one) => [one.fileId, one]));
  for (const { fileId } of [...turns, ...boxes]) {
    if (!media.has(fileId))
      media.set(fileId, { fileId, name: fileId, hasVideo: boxes.some((box) => box.fileId === fileId) });
  }
  return [...media.values()];
}

function attribute(
  name: string,
  anchor: string,
  type: number,
  options: readonly string[],
  description: string,
): JsonValue {
  return toJson({
    aname: name,
    anchor_id: anchor,
    type,
    desc: description,
    options: new JsonObject(options.map((option) => [option, option])),
    default_option_id: '',
  });
}

function segmentEntry(vid: string, turn: Turn, speakerId: string, confidenceId: string | null): JsonValue {
  const values = new JsonObject([[speakerId, turn.speaker]]);
  if (confidenceId !== null && turn.confidence !== null) {
    values.set(confidenceId, String(roundTo(turn.confidence, 4)));
  }
  return toJson({ vid, flg: 0, z: [seconds(turn.startSec), seconds(turn.endSec)], xy: [], av: values });
}

function boxEntry(vid: string, box: FaceBox, faceId: string): JsonValue {
  const xy = [via3Shape.rectangle, ...[box.xPx, box.yPx, box.widthPx, box.heightPx].map((value) => roundTo(value, 3))];
  const values = new JsonObject(box.speaker === null ? [] : [[faceId, box.speaker]]);
  return toJson({ vid, flg: 0, z: [seconds(box.timeSec)], xy, av: values });
}

/** Microseconds at most; times on the millisecond come out with three decimals or fewer. */
const seconds = (sec: number): JsonNumber => new JsonNumber(String(roundTo(sec, 6)));

/** Keys as VIA makes them, `<view>_<8 characters>`, but counted instead of random: the same labels give the same file. */
class KeyMaker {
  #viewId: string;
  #metadata: JsonObject;
  #count = 0;
  constructor(viewId: string, metadata: JsonObject) {
    this.#viewId = viewId;
    this.#metadata = metadata;
  }
  next(): string {
    for (;;) {
      this.#count += 1;
      const key = `${this.#viewId}_${String(this.#count).padStart(8, '0')}`;
      if (!this.#metadata.members.has(key)) return key;
    }
  }
}

/** The value that stands for a name: its option id; names not listed become options. Free text stays free text. */
function optionIds(options: JsonObject, type: number): (name: string) => string {
  if (type === via3AttributeType.text) return (name) => name;
  const ids = new Map<string, string>();
  for (const [id, label] of options.members) {
    if (typeof label === 'string' && !ids.has(label)) ids.set(label, id);
  }
  return (name) => {
    const known = ids.get(name);
    if (known !== undefined) return known;
    // Values of a check box are ids joined by commas, so names make no ids there.
    const asId = type !== via3AttributeType.checkbox && !options.members.has(name);
    const id = asId ? name : freeKey(options, options.members.size + 1);
    options.set(id, name);
    ids.set(name, id);
    return id;
  };
}

function freeKey(object: JsonObject, from: number): string {
  let number = from;
  while (object.members.has(String(number))) number += 1;
  return String(number);
}

const turnKey = (turn: Pick<Turn, 'fileId' | 'startSec' | 'endSec' | 'speaker'>): string =>
  JSON.stringify([turn.fileId, turn.startSec, turn.endSec, turn.speaker]);

function reread(root: JsonObject, indent: number): Via3Document {
  const document = new Via3Reader('').read(root);
  return { ...document, indent };
}
