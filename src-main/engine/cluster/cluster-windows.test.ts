import { describe, expect, it } from 'vitest';
import { clusterWindows } from './cluster-windows.ts';
import type { ClusterMethod } from './cluster-windows.ts';
import { SAME_VOICE } from './speaker-search.ts';
import { agreement, syntheticVoices } from './testing/synthetic-voices.ts';

/** Turns of 4 to 8 windows, speakers one after another. */
const turns = (speakers: number, rounds: number) =>
  Array.from({ length: speakers * rounds }, (_, k) => ({ speaker: k % speakers, windows: 4 + ((k * 7) % 5) }));
type Voices = ReturnType<typeof syntheticVoices>;
const cluster = ({ rows, startSec, endSec }: Voices, min = 1, max = 20, method: ClusterMethod = 'evidence') =>
  clusterWindows({
    embeddings: rows.data,
    size: rows.size,
    startSec,
    endSec,
    minSpeakers: min,
    maxSpeakers: max,
    method,
    sameVoice: SAME_VOICE,
    sound: null,
    splitMore: 0,
  });

describe('clusterWindows', () => {
  it.each([1, 2, 3, 5, 8])('counts %i speakers by itself', (speakers) => {
    const voices = syntheticVoices(turns(speakers, 4), 1.2, speakers);
    const result = cluster(voices);
    expect(result.speakerCount).toBe(speakers);
    expect(agreement(result.labels, voices.truth)).toBeGreaterThan(0.97);
  });
  it.each([0.3, 0.7, 1, 1.4])('counts three whatever the noise (%f of the voice)', (noise) => {
    expect(cluster(syntheticVoices(turns(3, 5), noise, 11)).speakerCount).toBe(3);
  });
  it('finds somebody who says little among people who say much', () => {
    const voices = syntheticVoices([...turns(2, 6), { speaker: 2, windows: 3 }, ...turns(2, 2)], 0.9, 4);
    expect(cluster(voices).speakerCount).toBe(3);
  });
  it.each([1, 2, 4, 6, 9])('gives exactly %i speakers when told so', (wanted) => {
    const result = cluster(syntheticVoices(turns(4, 5), 1.2, 3), wanted, wanted);
    expect(result.speakerCount).toBe(wanted);
    expect(new Set(result.labels).size).toBe(wanted);
    expect(result.voices).toHaveLength(wanted * 64);
  });
  it('stays between the bounds it was given', () => {
    const voices = syntheticVoices(turns(4, 5), 1.2, 3);
    expect(cluster(voices, 2, 3).speakerCount).toBe(3);
    expect(cluster(voices, 5, 8).speakerCount).toBe(5);
    expect(cluster(voices, 2, 10).speakerCount).toBe(4);
  });
  it('answers for a handful of windows', () => {
    for (const windows of [1, 2, 3]) {
      const one = syntheticVoices([{ speaker: 0, windows }], 1, 5);
      expect(cluster(one).speakerCount).toBe(1);
      expect(cluster(one, 5, 5).speakerCount).toBe(windows);
    }
    const nothing = clusterWindows({
      embeddings: new Float32Array(0),
      size: 64,
      startSec: new Float64Array(0),
      endSec: new Float64Array(0),
      minSpeakers: 2,
      maxSpeakers: 2,
      method: 'likeness',
      sameVoice: SAME_VOICE,
      sound: null,
      splitMore: 0,
    });
    expect(nothing.speakerCount).toBe(0);
  });
  it('survives windows without any signal and windows that are all the same', () => {
    const same = syntheticVoices([{ speaker: 0, windows: 40 }], 0, 5);
    expect(cluster(same).speakerCount).toBe(1);
    same.rows.data.fill(0);
    expect(cluster(same).labels).toHaveLength(40);
  });
  it('numbers speakers in the order they are first heard', () => {
    const { labels } = cluster(syntheticVoices(turns(5, 3), 0.8, 9));
    const seen = [...new Set(labels)];
    expect(seen).toEqual([...seen.keys()]);
  });
  it('does the same twice', () => {
    const voices = syntheticVoices(turns(4, 8), 1.3, 2);
    expect(cluster(voices)).toEqual(cluster(voices));
  });
  it('counts in recordings too long for one matrix', () => {
    const voices = syntheticVoices(turns(6, 200), 1.2, 8);
    expect(voices.truth.length).toBeGreaterThan(6000);
    const result = cluster(voices);
    expect(result.speakerCount).toBe(6);
    expect(agreement(result.labels, voices.truth)).toBeGreaterThan(0.99);
  });
  it('stops when told to', () => {
    const { rows, startSec, endSec } = syntheticVoices(turns(3, 4), 1);
    const request = {
      embeddings: rows.data,
      size: 64,
      startSec,
      endSec,
      minSpeakers: 1,
      maxSpeakers: 9,
      method: 'likeness' as const,
      sameVoice: 0.77,
      sound: null,
      splitMore: 0,
    };
    expect(() =>
      clusterWindows(request, () => {
        throw new Error('cancelled');
      }),
    ).toThrow('cancelled');
  });
});
