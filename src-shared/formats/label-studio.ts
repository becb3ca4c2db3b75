import { JsonArray, JsonNumber, JsonObject, type JsonValue } from './json/model.ts';
import { parseJson } from './json/parse.ts';
import { badInput, positionAt } from './text/bad-input.ts';
import { fileIdFromName, withoutBom } from './text/lines.ts';
import { checkSeconds, roundTo } from './text/numbers.ts';
import { compareTurns, emptyLabels, type LabelSet, type ParseOptions, type Turn } from './turn.ts';

/**
 * Exports of Label Studio: a list of tasks with `annotations[].result[]` (JSON), or one object a task whose members hold
 * the regions themselves (JSON-MIN). Audio and paragraph regions with labels are turns, text areas of the same region what
 * was said, video rectangles face boxes as shares of the picture. Of several annotations of a task the first that was not
 * cancelled counts.
 *
 * @throws AppError bad-input with line and column; all or nothing
 */
export function parseLabelStudio(text: string, options: ParseOptions = {}): { labels: LabelSet; warnings: string[] } {
  const { body } = withoutBom(text);
  const root = parseJson(body, options.file);
  const reader = new TaskReader(body, options);
  const tasks = root instanceof JsonArray ? root.items : [root];
  for (const task of tasks) reader.read(task, tasks.length);
  return { labels: reader.labels, warnings: reader.warnings() };
}

class TaskReader {
  readonly labels = emptyLabels();
  readonly #body: string;
  readonly #options: ParseOptions;
  #other = 0;
  #unlabelled = 0;
  #moreAnnotations = 0;
  #points = 0;

  constructor(body: string, options: ParseOptions) {
    this.#body = body;
    this.#options = options;
  }

  read(task: JsonValue, tasks: number): void {
    if (!(task instanceof JsonObject)) throw this.#bad(0, 'a task is not an object');
    const fileId = this.#recordingOf(task, tasks);
    const annotations = task.get('annotations') ?? task.get('completions');
    if (annotations instanceof JsonArray) {
      const usable = annotations.items.filter(
        (one): one is JsonObject => one instanceof JsonObject && one.get('was_cancelled') !== true,
      );
      this.#moreAnnotations += Math.max(0, usable.length - 1);
      const result = usable[0]?.get('result');
      if (result instanceof JsonArray) this.#readResult(result, fileId);
      return;
    }
    // JSON-MIN: every member that is a list of objects with a start and an end.
    for (const value of task.members.values()) {
      if (!(value instanceof JsonArray)) continue;
      for (const region of value.items) {
        if (region instanceof JsonObject && region.get('start') !== undefined)
          this.#readSpan(region, region.at, fileId, '');
      }
    }
  }

  #recordingOf(task: JsonObject, tasks: number): string {
    const data = task.get('data');
    const members = data instanceof JsonObject ? data.members : task.members;
    const name =
      ['audio', 'video', 'sound', 'url', 'media']
        .map((key) => members.get(key))
        .find((one) => typeof one === 'string') ??
      [...members.values()].find(
        (one) => typeof one === 'string' && /\.(?:wav|mp3|flac|ogg|m4a|mp4|webm|mkv|avi|mov)\b/i.test(one),
      );
    if (typeof name === 'string') {
      // Uploads are called `1a2b3c4d-name.wav`; storage links may end in a query.
      const base = name
        .replace(/[?#].*$/, '')
        .replace(/^.*[/\\=]/, '')
        .replace(/^[0-9a-f]{8}-(?=.)/, '');
      if (base !== '') return fileIdFromName(base);
    }
    const id = task.get('id');
    const stem = fileIdFromName(this.#options.file);
    return tasks > 1 && id instanceof JsonNumber ? `${stem}-${id.text}` : stem;
  }

  #readResult(result: JsonArray, fileId: string): void {
    const words = new Map<string, string>();
    for (const region of result.items) {
      if (!(region instanceof JsonObject)) throw this.#bad(result.at, 'a region is not an object');
      const value = region.get('value');
      const id = region.get('id');
      const said =
        value instanceof JsonObject && region.get('type') === 'textarea' ? firstText(value.get('text')) : null;
      if (said !== null && typeof id === 'string') words.set(id, said);
    }
    for (const region of result.items as JsonObject[]) {
      const value = region.get('value');
      if (!(value instanceof JsonObject) || region.get('type') === 'textarea') continue;
      const id = region.get('id');
      if (region.get('type') === 'videorectangle') this.#readBoxes(value, fileId);
      else if (value.get('start') !== undefined && value.get('end') !== undefined)
        this.#readSpan(value, region.at, fileId, typeof id === 'string' ? (words.get(id) ?? '') : '');
      else this.#other += 1;
    }
  }

  #readSpan(value: JsonObject, at: number, fileId: string, said: string): void {
    const [start, end] = [value.get('start'), value.get('end')];
    // Text spans count characters, paragraphs name their line: neither is time.
    if (!(start instanceof JsonNumber) || !(end instanceof JsonNumber)) {
      this.#other += 1;
      return;
    }
    const place = () => positionAt(this.#body, Math.max(0, at));
    const startSec = checkSeconds(start.value, 'start time', place, this.#options.file);
    const endSec = checkSeconds(end.value, 'end time', place, this.#options.file);
    if (endSec < startSec) throw this.#bad(at, 'a region ends before it begins');
    if (endSec === startSec) {
      this.#points += 1;
      return;
    }
    const speakers = labelsOf(value);
    if (speakers.some((one) => one.length > 200)) throw this.#bad(at, 'a label is longer than 200 characters');
    if (speakers.length === 0) {
      this.#unlabelled += 1;
      speakers.push('unknown');
    }
    const channel = value.get('channel');
    const turn: Omit<Turn, 'speaker'> = {
      fileId,
      channel: channel instanceof JsonNumber ? String(channel.value + 1) : '1',
      startSec,
      endSec,
      confidence: null,
      ...(said === '' ? {} : { text: said }),
    };
    for (const speaker of speakers) this.labels.turns.push({ ...turn, speaker });
  }

  #readBoxes(value: JsonObject, fileId: string): void {
    const sequence = value.get('sequence');
    const speaker = labelsOf(value)[0] ?? null;
    if (!(sequence instanceof JsonArray)) return;
    for (const one of sequence.items) {
      if (!(one instanceof JsonObject)) throw this.#bad(sequence.at, 'a key frame is not an object');
      if (one.get('enabled') === false) continue;
      const number = (key: string) => {
        const found = one.get(key);
        if (!(found instanceof JsonNumber) || Math.abs(found.value) > 1e6)
          throw this.#bad(one.at, `a key frame has no "${key}"`);
        return found.value;
      };
      const share = (key: string) => roundTo(number(key) / 100, 9);
      const timeSec = checkSeconds(
        number('time'),
        'time',
        () => positionAt(this.#body, Math.max(0, one.at)),
        this.#options.file,
      );
      const [xPx, yPx, widthPx, heightPx] = [share('x'), share('y'), share('width'), share('height')];
      if (widthPx < 0 || heightPx < 0) throw this.#bad(one.at, 'a box has a negative size');
      this.labels.boxes.push({ fileId, timeSec, xPx, yPx, widthPx, heightPx, speaker, relative: true });
    }
  }

  warnings(): string[] {
    this.labels.turns.sort(compareTurns);
    const warnings: string[] = [];
    const say = (count: number, what: string) => {
      if (count > 0) warnings.push(`${count} ${what}`);
    };
    say(this.#moreAnnotations, 'further annotation(s) of a task were passed over: the first of each counts.');
    say(this.#other, 'region(s) that are no stretch of time were passed over.');
    say(this.#points, 'region(s) of no length are no turns.');
    say(this.#unlabelled, 'region(s) without a label are named "unknown".');
    if (this.labels.boxes.length > 0)
      warnings.push('Boxes are those of key frames; what lies between is not filled in.');
    return warnings;
  }

  #bad(at: number, problem: string) {
    return badInput(problem, positionAt(this.#body, Math.max(0, at)), this.#options.file);
  }
}

/** Values of `labels`, `paragraphlabels`, `timeserieslabels`, `videorectangle`'s `labels`, `choices`. */
function labelsOf(value: JsonObject): string[] {
  for (const key of ['labels', 'paragraphlabels', 'timeserieslabels', 'choices']) {
    const list = value.get(key);
    if (list instanceof JsonArray)
      return list.items
        .filter((one): one is string => typeof one === 'string')
        .map((one) => one.trim())
        .filter((one) => one !== '');
  }
  return [];
}

function firstText(value: JsonValue | undefined): string | null {
  const text = value instanceof JsonArray ? value.items.filter((one) => typeof one === 'string').join(' ') : value;
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : null;
}
