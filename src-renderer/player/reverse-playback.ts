/** A picture that takes longer than this to come is not waited for. */
const patienceMs = 200;

/**
 * Backwards at a steady speed: each place is computed from the clock, not from the place before, so that slow seeks
 * show fewer pictures and never a slower time. The next seek waits for the picture of the last one: seeking on without
 * waiting would show none at all. Media elements cannot play backwards themselves; the sound is reverse-sound.ts.
 */
export class ReversePlayback {
  private handle: number | null = null;
  private readonly place: (sec: number) => void;
  private readonly onEnd: () => void;
  private readonly isShown: () => boolean;

  /**
   * @param place puts playhead and picture to a time
   * @param onEnd the beginning of the file was reached
   * @param isShown the picture of the last place is on the screen
   */
  constructor(place: (sec: number) => void, onEnd: () => void, isShown: () => boolean) {
    this.place = place;
    this.onEnd = onEnd;
    this.isShown = isShown;
  }

  get active(): boolean {
    return this.handle !== null;
  }

  /** @param speed > 0, times real time */
  start(fromSec: number, speed: number): void {
    this.stop();
    const startMs = performance.now();
    let placedMs = -Infinity;
    const tick = (nowMs: number) => {
      const sec = fromSec - (Math.max(0, nowMs - startMs) / 1000) * speed;
      if (sec <= 0) {
        this.handle = null;
        this.place(0);
        this.onEnd();
        return;
      }
      this.handle = requestAnimationFrame(tick);
      if (!this.isShown() && nowMs - placedMs < patienceMs) return;
      placedMs = nowMs;
      this.place(sec);
    };
    this.handle = requestAnimationFrame(tick);
  }

  stop(): void {
    if (this.handle !== null) cancelAnimationFrame(this.handle);
    this.handle = null;
  }
}
