import { badInput } from '../formats/text/bad-input.ts';
import { columnOfField, fieldsOf, linesOf, withoutBom } from '../formats/text/lines.ts';
import { parseDecimal } from '../formats/text/numbers.ts';
import type { AvaRow } from '../formats/ava.ts';
import type { OpenSetProbe, Trial } from './detection.ts';

interface FieldLine {
  fields: string[];
  bad: (field: number, problem: string) => Error;
}

function* fieldLines(text: string, file: string): Generator<FieldLine> {
  let line = 0;
  for (const { text: content } of linesOf(withoutBom(text).body)) {
    line += 1;
    const fields = fieldsOf(content);
    if (fields.length === 0 || fields[0]!.startsWith('#')) continue;
    yield { fields, bad: (field, problem) => badInput(problem, { line, column: columnOfField(content, field) }, file) };
  }
}

const isLabel = (text: string | undefined): boolean => /^(?:[01]|target|nontarget|imposter)$/.test(text ?? '');
const pairKey = (a: string, b: string): string => `${a}\t${b}`;

export interface VerificationTrial {
  enrol: string;
  test: string;
  isTarget: boolean;
  /** In the trial list itself, where it has a fourth field. */
  score: number | null;
}

/**
 * Trial lists: `1|0 enrol test` (VoxCeleb, VoxBlink2) or `enrol test target|nontarget` (Kaldi), with or without a score at
 * the end. @throws AppError bad-input with line and column
 */
export function readTrials(text: string, file: string): VerificationTrial[] {
  const trials: VerificationTrial[] = [];
  for (const { fields, bad } of fieldLines(text, file)) {
    if (fields.length < 3 || fields.length > 4)
      throw bad(fields.length, `a trial has 3 or 4 fields, not ${fields.length}`);
    const first = isLabel(fields[0]);
    if (!first && !isLabel(fields[2])) throw bad(0, 'a trial begins with 1 or 0, or ends in target or nontarget');
    const [label, enrol, test] = first ? fields : [fields[2], fields[0], fields[1]];
    const score = fields[3] === undefined ? null : parseDecimal(fields[3]);
    if (fields[3] !== undefined && score === null) throw bad(3, 'the score is not a number');
    trials.push({ enrol: enrol!, test: test!, isTarget: label === '1' || label === 'target', score });
  }
  return trials;
}

/** `enrol test score` a line. @throws AppError bad-input with line and column */
export function readScores(text: string, file: string): Map<string, number> {
  const scores = new Map<string, number>();
  for (const { fields, bad } of fieldLines(text, file)) {
    const score = parseDecimal(fields[2] ?? '');
    if (fields.length !== 3 || score === null) throw bad(2, 'a score has three fields: enrol, test, number');
    const key = pairKey(fields[0]!, fields[1]!);
    if (scores.has(key)) throw bad(0, 'the pair is there twice');
    scores.set(key, score);
  }
  return scores;
}

/** @throws AppError bad-input when a trial has no score */
export function scoredTrials(
  trials: readonly VerificationTrial[],
  scores: Map<string, number> | null,
  file: string,
): Trial[] {
  return trials.map(({ enrol, test, isTarget, score }) => {
    const found = scores?.get(pairKey(enrol, test)) ?? score;
    if (found !== null) return { score: found, isTarget };
    throw badInput(`the trial ${enrol} ${test} has no score`, null, file, 'Give every trial of the list a score.');
  });
}

/** `utt label` a line, labels whole numbers from 0. @throws AppError bad-input with line and column */
export function readUtteranceLabels(text: string, file: string): { utterance: string; label: number }[] {
  const list: { utterance: string; label: number }[] = [];
  for (const { fields, bad } of fieldLines(text, file)) {
    const label = parseDecimal(fields[1] ?? '');
    if (fields.length !== 2 || label === null || !Number.isInteger(label) || label < 0)
      throw bad(1, 'a line has an utterance and a whole number');
    list.push({ utterance: fields[0]!, label });
  }
  return list;
}

/** `utt v1 v2 …` a line, brackets of Kaldi archives allowed. @throws AppError bad-input with line and column */
export function readEmbeddings(text: string, file: string): Map<string, Float64Array> {
  const embeddings = new Map<string, Float64Array>();
  let size: number | null = null;
  for (const { fields, bad } of fieldLines(text, file)) {
    const values = fields.slice(1).filter((field) => field !== '[' && field !== ']');
    const vector = values.map((value) => parseDecimal(value));
    const wrong = vector.indexOf(null);
    if (wrong >= 0 || vector.length === 0) throw bad(1, 'an embedding is an utterance and its numbers');
    if (size !== null && vector.length !== size)
      throw bad(1, `this embedding has ${vector.length} numbers, others ${size}`);
    size = vector.length;
    embeddings.set(fields[0]!, Float64Array.from(vector as number[]));
  }
  return embeddings;
}

/**
 * Probes of open-set identification as VoxBlink2 makes them: a speaker of the gallery is the mean of its embeddings, the
 * score the greatest cosine. The label of the last probe is that of unknown people.
 *
 * @throws AppError bad-input naming the utterance that has no embedding
 */
export function openSetProbes(
  gallery: readonly { utterance: string; label: number }[],
  probes: readonly { utterance: string; label: number }[],
  embeddings: ReadonlyMap<string, Float64Array>,
  file: string,
): OpenSetProbe[] {
  const of = (utterance: string): Float64Array => {
    const found = embeddings.get(utterance);
    if (found) return found;
    throw badInput(`the utterance ${utterance} has no embedding`, null, file, 'Give all utterances of both lists.');
  };
  const unknown = probes.at(-1)?.label;
  const people = new Map<number, { sum: Float64Array; count: number }>();
  for (const { utterance, label } of gallery) {
    const vector = of(utterance);
    const person = people.get(label) ?? { sum: new Float64Array(vector.length), count: 0 };
    person.sum = person.sum.map((value, at) => value + vector[at]!);
    person.count += 1;
    people.set(label, person);
  }
  return probes.map(({ utterance, label }) => {
    const vector = of(utterance);
    let best = { score: -Infinity, label: -1 };
    for (const [one, { sum }] of people) {
      const score = cosine(vector, sum);
      if (score > best.score) best = { score, label: one };
    }
    return { score: best.score, isCorrect: label === unknown ? null : best.label === label };
  });
}

function cosine(a: Float64Array, b: Float64Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    dot += a[at]! * b[at]!;
    aa += a[at]! ** 2;
    bb += b[at]! ** 2;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}

/**
 * Trials of the AVA-ActiveSpeaker protocol: rows are paired by video, time and face; a target speaks and is heard. Rows
 * without a prediction are scored below all others, so that those who speak count as never found.
 *
 * @throws AppError bad-input when a row appears twice or a prediction has no score
 */
export function activeSpeakerTrials(
  truth: readonly AvaRow[],
  predictions: readonly AvaRow[],
  files: { truth: string; predictions: string },
): { trials: (Trial & { row: AvaRow })[]; unpredicted: number; extra: number } {
  const keyOf = ({ videoId, timeSec, entityId }: AvaRow) => `${videoId}\t${timeSec.toFixed(6)}\t${entityId}`;
  const scores = new Map<string, number>();
  for (const row of predictions) {
    const at = { line: row.line, column: 1 };
    if (row.score === null) throw badInput('a prediction has a ninth cell, its score', at, files.predictions);
    if (scores.has(keyOf(row))) throw badInput('this face and time is there twice', at, files.predictions);
    // A prediction names the label its score is of; the score of not speaking is turned round.
    scores.set(keyOf(row), row.label === 'SPEAKING_AUDIBLE' ? row.score : -row.score);
  }
  let unpredicted = 0;
  const seen = new Set<string>();
  const trials = truth.map((row) => {
    const key = keyOf(row);
    if (seen.has(key)) throw badInput('this face and time is there twice', { line: row.line, column: 1 }, files.truth);
    seen.add(key);
    const score = scores.get(key);
    if (score === undefined) unpredicted += 1;
    return { score: score ?? -Infinity, isTarget: row.label === 'SPEAKING_AUDIBLE', row };
  });
  const extra = [...scores.keys()].filter((key) => !seen.has(key)).length;
  return { trials, unpredicted, extra };
}

/** F1 of each face, and their mean, as active speakers of the Columbia set are scored: speaking is a score of at least `threshold`. */
export function columbiaF1(
  trials: readonly { score: number; isTarget: boolean; row: Pick<AvaRow, 'entityId'> }[],
  threshold = 0,
): { mean: number; faces: { face: string; f1: number; frames: number }[] } {
  const faces = new Map<string, { hits: number; said: number; spoke: number; frames: number }>();
  for (const { score, isTarget, row } of trials) {
    const face = faces.get(row.entityId) ?? { hits: 0, said: 0, spoke: 0, frames: 0 };
    const speaks = score >= threshold;
    face.frames += 1;
    if (speaks) face.said += 1;
    if (isTarget) face.spoke += 1;
    if (speaks && isTarget) face.hits += 1;
    faces.set(row.entityId, face);
  }
  const list = [...faces].map(([face, { hits, said, spoke, frames }]) => {
    return { face, f1: said + spoke > 0 ? (2 * hits) / (said + spoke) : 1, frames };
  });
  return { mean: list.reduce((sum, one) => sum + one.f1, 0) / Math.max(1, list.length), faces: list };
}
