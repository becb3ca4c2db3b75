import { describe, expect, it } from 'vitest';
import { trackRowValues } from '../evidence/face-schemas.ts';
import { parseRoi } from './m3sd.ts';
import { lipRowValues, roiFromLips } from './m3sd-lips.ts';

const faces = new Float32Array(4 * trackRowValues);
const lips = new Float32Array(4 * lipRowValues).fill(NaN);
for (let row = 0; row < 4; row++) faces.set([0.25, 0.5, 0.5, 0.75, 1], row * trackRowValues);
lips.set([0.1, 0.2, 0.375, 0.7, 0.125, 0.1, 0.9], 0);
lips.set([NaN, NaN, 0.375, 0.7, 0.125, 0.1, 0.2], 2 * lipRowValues);
const evidence = {
  tracks: [
    { id: 0, firstFrame: 9, frameCount: 2, firstRow: 0 },
    { id: 1, firstFrame: 10, frameCount: 2, firstRow: 2 },
  ],
  ...{ faces, lips, minMeshProbability: 0.5 },
};
const picture = { widthPx: 800, heightPx: 400 };

describe('regions of interest with lips', () => {
  it('have M3SD’s shape, frames in the order of numbers, lips only where a mesh is sure', () => {
    const { text, warnings } = roiFromLips(evidence, picture, (track) => `spk${track}`);
    expect(JSON.parse(text)).toEqual({
      9: [{ id: 'spk0', x1: 200, y1: 200, x2: 400, y2: 300, lip: [250, 260, 350, 300] }],
      10: [
        { id: 'spk0', x1: 200, y1: 200, x2: 400, y2: 300, lip: [] },
        { id: 'spk1', x1: 200, y1: 200, x2: 400, y2: 300, lip: [] },
      ],
      11: [{ id: 'spk1', x1: 200, y1: 200, x2: 400, y2: 300, lip: [] }],
    });
    expect(text.indexOf('"9"')).toBeLessThan(text.indexOf('"10"'));
    expect(warnings).toEqual(['3 of 4 face(s) have no lips: nobody speaks then, or no mesh was found.']);
  });
  it('are read back as faces', () => {
    const { boxes } = parseRoi(roiFromLips(evidence, picture).text, { fps: 25 });
    expect(boxes).toHaveLength(4);
    expect(boxes[0]).toMatchObject({ timeSec: 0.36, xPx: 200, widthPx: 200, speaker: '0' });
  });
  it('of nothing are an empty object', () => {
    const nothing = { ...evidence, tracks: [] };
    expect(roiFromLips(nothing, picture)).toEqual({ text: '{}\n', warnings: [] });
  });
});
