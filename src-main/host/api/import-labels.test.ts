import { describe, expect, it } from 'vitest';
import { importLabels } from './import-labels.ts';

const line = (file: string, start: number, duration: number, speaker = 'anna'): string =>
  `SPEAKER ${file} 1 ${start} ${duration} <NA> <NA> ${speaker} <NA> <NA>`;
const target = { fileId: 'talk', durationSec: 60 };

describe('importing labels for a recording', () => {
  it('takes the turns of the recording out of a file of several and says what it left', () => {
    const text = [line('other', 1, 2), line('talk', 5, 1.5, 'ben'), line('talk', 2, 1)].join('\n');
    const { segments, warnings } = importLabels(text, 'all.rttm', target);
    expect(segments).toEqual([
      { startSec: 2, endSec: 3, speaker: 'anna', confidence: null },
      { startSec: 5, endSec: 6.5, speaker: 'ben', confidence: null },
    ]);
    expect(warnings).toEqual([expect.stringContaining('1 other recording')]);
  });

  it('takes a file of a single recording under another name, with a warning', () => {
    const { segments, warnings } = importLabels(line('take-2', 0, 1), 'take-2.rttm', target);
    expect(segments).toHaveLength(1);
    expect(warnings.join()).toContain('take-2');
  });

  it('refuses a file of several recordings that names none of ours', () => {
    const text = [line('a', 0, 1), line('b', 0, 1)].join('\n');
    expect(() => importLabels(text, 'x.rttm', target)).toThrow(/not of talk/);
  });

  it('refuses labels that all begin after the end, and leaves out single ones', () => {
    expect(() => importLabels(line('talk', 100, 1), 'x.rttm', target)).toThrow(/after the recording has ended/);
    const { segments, warnings } = importLabels([line('talk', 1, 1), line('talk', 70, 1)].join('\n'), 'x.rttm', target);
    expect(segments).toHaveLength(1);
    expect(warnings.join()).toContain('1 turns that begin after');
  });

  it('refuses a file without turns', () => {
    expect(() => importLabels(';; nothing here\n', 'x.rttm', target)).toThrow(/no speaker turns/);
  });
});
