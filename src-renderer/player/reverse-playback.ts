/**
 * Backwards at a steady speed: the place of each display frame is computed from the clock, not from the frame before,
 * so that slow seeks show fewer pictures and never a slower time. Without sound: media elements cannot play backwards.
 */
export class ReversePlayback {
  private handle: number | null = null;
  private readonly place: (sec: number) => void;
  private readonly onEnd: () => void;

  /**
   * @param place puts playhead and picture to a time
   * @param onEnd the beginning of the file was reached
   */
  constructor(place: (sec: number) => void, onEnd: () => void) {
    this.place = place;
    this.onEnd = onEnd;
  }

  get active(): boolean {
    return this.handle !== null;
  }

  /** @param speed > 0, times real time */
  start(fromSec: number, speed: number): void {
    this.stop();
    const startMs = performance.now();
    const tick = (nowMs: number) => {
      const sec = fromSec - (Math.max(0, nowMs - startMs) / 1000) * speed;
      if (sec <= 0) {
        this.handle = null;
        this.place(0);
        this.onEnd();
        return;
      }
      this.handle = requestAnimationFrame(tick);
      this.place(sec);
    };
    this.handle = requestAnimationFrame(tick);
  }

  stop(): void {
    if (this.handle !== null) cancelAnimationFrame(this.handle);
    this.handle = null;
  }
}
