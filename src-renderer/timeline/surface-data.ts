import type { FacePaint } from './paint-face-lanes.ts';
import type { FaceLane } from './face-lanes.ts';
import type { TimelineIndex } from './lane-index.ts';
import type { Layout } from './layout.ts';
import type { VoteLane } from './vote-lanes.ts';

/** A signal row: lowest confidence of the labels, or a dense score from evidence. */
export type Signal =
  | { readonly kind: 'confidence'; readonly label: string }
  | {
      readonly kind: 'score';
      readonly label: string;
      readonly values: Float32Array;
      readonly startSec: number;
      readonly stepSec: number;
    };

/** What the timeline draws; replaced as a whole when anything of it changes, never per frame. */
export interface SurfaceData {
  readonly index: TimelineIndex;
  readonly layout: Layout;
  readonly votes: readonly VoteLane[];
  readonly signals: readonly Signal[];
  readonly faceLanes: readonly FaceLane[];
  /** null while there are no faces. */
  readonly faces: FacePaint | null;
  /** Segments nobody is seen to say. */
  readonly offScreenIds: ReadonlySet<string>;
  /** Ascending. */
  readonly cutsSec: Float64Array;
  readonly selectedIds: ReadonlySet<string>;
  readonly focusId: string | null;
  readonly doubtLimit: number;
  readonly readOnly: boolean;
}
