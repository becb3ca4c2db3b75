import { create } from 'zustand';
import type { AppErrorData } from '#shared/api/errors.ts';

export interface PlaySpan {
  readonly startSec: number;
  readonly endSec: number;
}

/** What changes seldom about the player; the time, which changes every frame, is not here (`player.onTime`). */
export interface PlayerState {
  readonly status: 'empty' | 'loading' | 'ready' | 'error';
  readonly playing: boolean;
  /** Playback speed, 0.25–4; pitch is kept. */
  readonly rate: number;
  /** Signed speed of the shuttle while it runs; < 0 = in reverse, 0 = normal playback or paused. */
  readonly shuttle: number;
  /** Repeat the span that plays. */
  readonly loop: boolean;
  /** The span that is played and at whose end playing stops; null = plays on. */
  readonly span: PlaySpan | null;
  readonly hasPicture: boolean;
  /** Playing backwards can be heard. */
  readonly reverseHasSound: boolean;
  readonly durationSec: number;
  readonly error: AppErrorData | null;
  /** Why there is nothing to play (yet), in words. */
  readonly note: string | null;
  /** Presentation times of the container's frames; null = unknown or no picture. */
  readonly frameTimesSec: Float64Array | null;
}

export const idleState: PlayerState = {
  status: 'empty',
  playing: false,
  rate: 1,
  shuttle: 0,
  loop: false,
  span: null,
  hasPicture: false,
  reverseHasSound: false,
  durationSec: 0,
  error: null,
  note: null,
  frameTimesSec: null,
};

/** For components: `usePlayer((state) => state.playing)`. */
export const usePlayer = create<PlayerState>()(() => idleState);
