type FrameCallback = (nowMs: number, metadata: { mediaTime: number }) => void;

/**
 * A media element under the test's hand: time moves when {@link advance} says so, frames come when {@link present} says
 * so. Only what the player uses.
 */
export class FakeMedia extends EventTarget {
  src = '';
  paused = true;
  seeking = false;
  readyState = 4;
  duration = 100;
  playbackRate = 1;
  preservesPitch = false;
  error: { code: number; message: string } | null = null;
  videoWidth: number;
  readonly seeks: number[] = [];
  private timeSec = 0;
  private callbacks = new Map<number, FrameCallback>();
  private nextHandle = 1;

  constructor(hasPicture = true) {
    super();
    this.videoWidth = hasPicture ? 640 : 0;
  }

  get currentTime(): number {
    return this.timeSec;
  }

  set currentTime(sec: number) {
    this.timeSec = sec;
    this.seeks.push(sec);
    this.dispatchEvent(new Event('seeked'));
  }

  get pendingFrameCallbacks(): number {
    return this.callbacks.size;
  }

  play(): Promise<void> {
    this.paused = false;
    this.dispatchEvent(new Event('play'));
    this.dispatchEvent(new Event('playing'));
    return Promise.resolve();
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.dispatchEvent(new Event('pause'));
  }

  load(): void {}

  hasAttribute(name: string): boolean {
    return name === 'src' && this.src !== '';
  }

  removeAttribute(): void {
    this.src = '';
  }

  requestVideoFrameCallback(callback: FrameCallback): number {
    this.callbacks.set(this.nextHandle, callback);
    return this.nextHandle++;
  }

  cancelVideoFrameCallback(handle: number): void {
    this.callbacks.delete(handle);
  }

  /** Playback goes on by this much of media time. */
  advance(sec: number): void {
    this.timeSec += sec;
    this.dispatchEvent(new Event('timeupdate'));
  }

  /** A frame with this presentation time comes onto the screen. */
  present(mediaTime: number): void {
    const waiting = [...this.callbacks.values()];
    this.callbacks.clear();
    for (const callback of waiting) callback(performance.now(), { mediaTime });
  }

  asElement(): HTMLVideoElement {
    return this as unknown as HTMLVideoElement;
  }
}
