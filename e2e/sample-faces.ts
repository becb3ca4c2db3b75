import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseRttm } from '../src-shared/formats/rttm.ts';
import type { FaceFixture, FixtureFace } from './face-fixture.ts';

const folder = path.resolve(import.meta.dirname, '../resources/sample');

interface Scenes {
  cutSec: number;
  frameRate: number;
  widthPx: number;
  heightPx: number;
  shots: { role: string; centreX: number; centreY: number; heightPx: number }[][];
}

/** The bundled sample's own truth: where its faces are drawn and who says what. The narrator is never seen. */
export function sampleFaces(more: Partial<FaceFixture> = {}): FaceFixture {
  const scenes = JSON.parse(readFileSync(path.join(folder, 'sample.scenes.json'), 'utf8')) as Scenes;
  const { turns } = parseRttm(readFileSync(path.join(folder, 'sample.rttm'), 'utf8'));
  const cut = Math.round(scenes.cutSec * scenes.frameRate);
  const frameCount = Math.round(Math.max(...turns.map(({ endSec }) => endSec)) * scenes.frameRate);
  const seen = new Set(scenes.shots.flat().map(({ role }) => role));
  const faces = scenes.shots.flatMap((shot, number) =>
    shot.map(({ role, centreX, centreY, heightPx }): FixtureFace => {
      const [firstFrame, endFrame] = number === 0 ? [0, cut] : [cut, frameCount];
      const frames = Array.from({ length: endFrame - firstFrame }, (_, i) => (firstFrame + i) / scenes.frameRate);
      const own = turns.filter(({ speaker }) => speaker.toLowerCase() === role);
      const width = heightPx * 0.8;
      const box = [
        (centreX - width / 2) / scenes.widthPx,
        (centreY - heightPx / 2) / scenes.heightPx,
        (centreX + width / 2) / scenes.widthPx,
        (centreY + heightPx / 2) / scenes.heightPx,
      ] as const;
      const isTalking = (sec: number) => own.some(({ startSec, endSec }) => startSec <= sec && sec < endSec);
      return {
        firstFrame,
        boxes: frames.map(() => box),
        talking: frames.map((sec, i) =>
          isTalking(sec) ? 0.8 + 0.15 * Math.sin(i / 3) : 0.07 + 0.05 * Math.sin(i / 5),
        ),
        speaker: own[0]?.speaker ?? null,
      };
    }),
  );
  return {
    faces,
    cuts: [cut],
    frameCount,
    segments: turns.map(({ startSec, endSec, speaker }) => {
      const isSeen = seen.has(speaker.toLowerCase());
      return {
        startSec,
        endSec,
        speaker,
        source: isSeen ? 'both' : 'voice',
        faceProbability: isSeen ? 0.85 : null,
        voiceMargin: 0.3,
      };
    }),
    ...more,
  };
}
