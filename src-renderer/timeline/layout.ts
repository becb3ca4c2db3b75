/** Heights in CSS pixels (UI.md: lanes 28; mock: group heads 22, vote lanes 14). */
export const laneHeightPx = 28;
export const groupHeightPx = 22;
export const voteHeightPx = 16;
export const signalHeightPx = 28;
export const faceHeightPx = 18;
export const talkingHeightPx = 36;
/** Lane heads at the left, all rows. */
export const headWidthPx = 132;

export type GroupId = 'votes' | 'faces' | 'signals';

export type Row =
  | { readonly kind: 'lane'; readonly topPx: number; readonly heightPx: number; readonly lane: number }
  | { readonly kind: 'group'; readonly topPx: number; readonly heightPx: number; readonly group: GroupId }
  | { readonly kind: 'vote'; readonly topPx: number; readonly heightPx: number; readonly vote: number }
  | { readonly kind: 'face'; readonly topPx: number; readonly heightPx: number; readonly face: number }
  | { readonly kind: 'talking'; readonly topPx: number; readonly heightPx: number }
  | { readonly kind: 'signal'; readonly topPx: number; readonly heightPx: number; readonly signal: number };

export interface Layout {
  readonly rows: readonly Row[];
  readonly heightPx: number;
  /** Bottom of the speaker lanes. */
  readonly lanesBottomPx: number;
}

/** Rows from top to bottom; y = 0 is the top of the first speaker lane. */
export function layoutRows(counts: {
  lanes: number;
  votes: number;
  /** Lanes of faces; null = the file has no picture. */
  faces?: number | null;
  /** The faces have scores of who talks. */
  talking?: boolean;
  signals: number;
  open: Readonly<Record<GroupId, boolean>>;
}): Layout {
  const rows: Row[] = [];
  let topPx = 0;
  const place = (heightPx: number) => {
    const top = topPx;
    topPx += heightPx;
    return { topPx: top, heightPx };
  };
  for (let lane = 0; lane < counts.lanes; lane++) rows.push({ kind: 'lane', lane, ...place(laneHeightPx) });
  const lanesBottomPx = topPx;
  if (counts.votes > 0) {
    rows.push({ kind: 'group', group: 'votes', ...place(groupHeightPx) });
    for (let vote = 0; counts.open.votes && vote < counts.votes; vote++) {
      rows.push({ kind: 'vote', vote, ...place(voteHeightPx) });
    }
  }
  const faces = counts.faces ?? null;
  if (faces !== null) {
    rows.push({ kind: 'group', group: 'faces', ...place(groupHeightPx) });
    for (let face = 0; counts.open.faces && face < faces; face++) {
      rows.push({ kind: 'face', face, ...place(faceHeightPx) });
    }
    if (counts.open.faces && faces > 0 && counts.talking) rows.push({ kind: 'talking', ...place(talkingHeightPx) });
  }
  if (counts.signals > 0) {
    rows.push({ kind: 'group', group: 'signals', ...place(groupHeightPx) });
    for (let signal = 0; counts.open.signals && signal < counts.signals; signal++) {
      rows.push({ kind: 'signal', signal, ...place(signalHeightPx) });
    }
  }
  return { rows, heightPx: topPx, lanesBottomPx };
}

/** The row at a height, or null below the last. */
export function rowAt(layout: Layout, yPx: number): Row | null {
  if (yPx < 0) return null;
  let low = 0;
  let high = layout.rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const row = layout.rows[middle]!;
    if (yPx < row.topPx) high = middle - 1;
    else if (yPx >= row.topPx + row.heightPx) low = middle + 1;
    else return row;
  }
  return null;
}

/** The speaker lane nearest to a height: the target of a drag that has left the lanes. −1 without lanes. */
export function nearestLane(yPx: number, laneCount: number): number {
  return Math.max(laneCount === 0 ? -1 : 0, Math.min(laneCount - 1, Math.floor(yPx / laneHeightPx)));
}
