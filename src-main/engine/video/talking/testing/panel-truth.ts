import { readFile } from 'node:fs/promises';
import { TRACK_ROW_VALUES, type TrackIndex } from '../../tracking/track-file.ts';

/** Who speaks in a composed clip of panels, from its table `frame,face,track_id,x1,y1,x2,y2,speaking` (pixels). */
export interface PanelTruth {
  /** Speaking flag of each row of `tracks.f32`; 255 where a track lies in no panel. */
  readonly speaking: Uint8Array;
}

/** Lays the tracks of a clip over its panels. @param sizePx width and height of the clip */
export async function panelTruth(
  csvFile: string,
  sizePx: readonly [number, number],
  tracks: TrackIndex['tracks'],
  rows: Float32Array,
): Promise<PanelTruth> {
  const panels = new Map<string, { box: number[]; speaking: Map<number, number> }>();
  for (const line of (await readFile(csvFile, 'utf8')).trim().split('\n').slice(1)) {
    const [frame = 0, , , ...rest] = line.split(',').map(Number);
    const box = rest.slice(0, 4);
    const panel = panels.get(box.join()) ?? { box, speaking: new Map<number, number>() };
    panel.speaking.set(frame, rest[4]!);
    panels.set(box.join(), panel);
  }
  const speaking = new Uint8Array(rows.length / TRACK_ROW_VALUES).fill(255);
  for (const { firstFrame, firstRow, frameCount } of tracks) {
    for (let k = 0; k < frameCount; k++) {
      const at = TRACK_ROW_VALUES * (firstRow + k);
      const x = ((rows[at]! + rows[at + 2]!) / 2) * sizePx[0];
      const y = ((rows[at + 1]! + rows[at + 3]!) / 2) * sizePx[1];
      for (const { box, speaking: flags } of panels.values()) {
        const [left = 0, top = 0, right = 0, bottom = 0] = box;
        const flag = flags.get(firstFrame + k);
        if (flag !== undefined && x > left && x < right && y > top && y < bottom) speaking[firstRow + k] = flag;
      }
    }
  }
  return { speaking };
}

/**
 * Share of the time with exactly one speaker in which the largest value among the faces of the frame is the speaker's.
 * @param values one per row; NaN counts as nothing said
 */
export function rightPanelShare(
  tracks: TrackIndex['tracks'],
  values: Float32Array,
  { speaking }: PanelTruth,
): { share: number; frames: number } {
  const byFrame = new Map<number, number[]>();
  for (const { firstFrame, firstRow, frameCount } of tracks) {
    for (let k = 0; k < frameCount; k++) {
      if (speaking[firstRow + k] === 255) continue;
      const there = byFrame.get(firstFrame + k);
      if (there) there.push(firstRow + k);
      else byFrame.set(firstFrame + k, [firstRow + k]);
    }
  }
  let right = 0;
  let frames = 0;
  for (const there of byFrame.values()) {
    if (there.filter((row) => speaking[row] === 1).length !== 1) continue;
    frames++;
    const best = there.reduce((a, b) => ((values[b] ?? NaN) > (values[a] ?? NaN) || Number.isNaN(values[a]!) ? b : a));
    if (speaking[best] === 1 && !Number.isNaN(values[best]!)) right++;
  }
  return { share: right / frames, frames };
}
