import { describe, expect, it } from 'vitest';
import { readAvaRows } from '../formats/ava.ts';
import {
  activeSpeakerTrials,
  columbiaF1,
  openSetProbes,
  readEmbeddings,
  readScores,
  readTrials,
  readUtteranceLabels,
  scoredTrials,
} from './evaluation-files.ts';

describe('trial lists', () => {
  it('reads VoxCeleb and Kaldi trials alike', () => {
    const expected = [
      { enrol: 'a', test: 'b', isTarget: true, score: null },
      { enrol: 'a', test: 'c', isTarget: false, score: null },
    ];
    expect(readTrials('1 a b\n0 a c\n', 'x')).toEqual(expected);
    expect(readTrials('# c\n\na b target\r\na c nontarget\r\n', 'x')).toEqual(expected);
    expect(readTrials('1 a b 0.5', 'x')[0]!.score).toBe(0.5);
  });

  it('joins scores by pair and refuses a trial without one', () => {
    const trials = readTrials('1 a b\n0 a c\n', 'x');
    expect(scoredTrials(trials, readScores('a c -1\na b 2.5\n', 's'), 's')).toEqual([
      { score: 2.5, isTarget: true },
      { score: -1, isTarget: false },
    ]);
    expect(() => scoredTrials(trials, readScores('a c -1\n', 's'), 's')).toThrow('the trial a b has no score');
  });

  it.each([
    ['2 a b', 'line 1, column 1: a trial begins with 1 or 0'],
    ['1 a', 'line 1, column 4: a trial has 3 or 4 fields'],
    ['1 a b NaN', 'line 1, column 7: the score is not a number'],
  ])('refuses %s', (text, message) => {
    expect(() => readTrials(text, 'x')).toThrow(message);
  });
  it.each([
    ['a b', 'a score has three fields'],
    ['a b 1\na b 2', 'line 2, column 1: the pair is there twice'],
    ['a b 1e999', 'a score has three fields'],
  ])('refuses the scores %s', (text, message) => {
    expect(() => readScores(text, 'x')).toThrow(message);
  });
});

describe('open-set lists', () => {
  it('a person is the mean of the gallery, the label of the last probe is unknown', () => {
    const gallery = readUtteranceLabels('g1 0\ng2 0\ng3 1\n', 'g');
    const probe = readUtteranceLabels('p1 0\np2 1\np3 2\n', 'p');
    const embeddings = readEmbeddings('g1 [ 1 0 ]\ng2 3 0\ng3 0 2\np1 1 0.1\np2 1 0\np3 1 1\n', 'e');
    const probes = openSetProbes(gallery, probe, embeddings, 'e');
    expect(probes.map((one) => one.isCorrect)).toEqual([true, false, null]);
    expect(probes[2]!.score).toBeCloseTo(Math.SQRT1_2, 12);
    embeddings.delete('p2');
    expect(() => openSetProbes(gallery, probe, embeddings, 'e')).toThrow('the utterance p2 has no embedding');
  });

  it('refuses embeddings of different lengths and labels that are no whole numbers', () => {
    expect(() => readEmbeddings('a 1 2\nb 1\n', 'e')).toThrow(
      'line 2, column 3: this embedding has 1 numbers, others 2',
    );
    expect(() => readEmbeddings('a 1 x\n', 'e')).toThrow('an embedding is an utterance and its numbers');
    expect(() => readUtteranceLabels('a 0.5\n', 'e')).toThrow('an utterance and a whole number');
  });
});

describe('active speakers', () => {
  const row = (time: number, label: string, face: string, score?: number) =>
    `v,${time},0,0,1,1,${label},${face}${score === undefined ? '' : `,${score}`}`;
  const files = { truth: 't', predictions: 'p' };
  const truth = readAvaRows([row(1, 'SPEAKING_AUDIBLE', 'a'), row(2, 'NOT_SPEAKING', 'a'), row(1, 'SPEAKING_NOT_AUDIBLE', 'b'), row(3, 'SPEAKING_AUDIBLE', 'b')].join('\n')); // prettier-ignore

  it('pairs by video, time and face; speech that is not heard is none; what is not predicted is never found', () => {
    const predictions = readAvaRows([row(1, 'SPEAKING_AUDIBLE', 'b', 0.2), row(1, 'SPEAKING_AUDIBLE', 'a', 0.9), row(2, 'NOT_SPEAKING', 'a', 0.7), row(9, 'SPEAKING_AUDIBLE', 'a', 1)].join('\n')); // prettier-ignore
    const { trials, unpredicted, extra } = activeSpeakerTrials(truth, predictions, files);
    expect(trials.map(({ score, isTarget }) => [score, isTarget])).toEqual([
      [0.9, true],
      [-0.7, false],
      [0.2, false],
      [-Infinity, true],
    ]);
    expect([unpredicted, extra]).toEqual([1, 1]);
    const { mean, faces } = columbiaF1(trials);
    expect(faces.map(({ face, f1 }) => [face, f1])).toEqual([
      ['a', 1],
      ['b', 0],
    ]);
    expect(mean).toBe(0.5);
  });

  it('refuses predictions without score or twice', () => {
    expect(() => activeSpeakerTrials(truth, truth, files)).toThrow(
      'p, line 1, column 1: a prediction has a ninth cell',
    );
    const twice = readAvaRows(`${row(1, 'SPEAKING_AUDIBLE', 'a', 1)}\n${row(1, 'SPEAKING_AUDIBLE', 'a', 1)}`);
    expect(() => activeSpeakerTrials(truth, twice, files)).toThrow(
      'line 2, column 1: this face and time is there twice',
    );
  });
});
