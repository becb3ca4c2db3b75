import { Scope } from '../timeline/scope.ts';

export type TimeListener = (sec: number) => void;

/** A picture that has not come for this long while playing: the clock falls back to the element's own time. */
const frameOverdueMs = 250;

/**
 * The one clock of the review window. While a picture plays, the time is that of the frame on the screen
 * (`requestVideoFrameCallback`'s `mediaTime`), so that playhead and boxes never run ahead of what one sees; without a
 * picture it is the element's time, read every frame. While paused the playhead stays where it was put to the
 * millisecond, and {@link presentedSec} tells which frame is shown there.
 */
export class MediaClock {
  private sec = 0;
  private frameSec = 0;
  private pictureLagSec = 0;
  private lastFrameMs = -Infinity;
  private element: HTMLMediaElement | null = null;
  private scope = new Scope();
  private readonly timeListeners = new Set<TimeListener>();
  private readonly frameListeners = new Set<TimeListener>();
  /** Called once per display frame while playing, with the playhead as the element has it. */
  private readonly onTick: (elementSec: number) => void;

  constructor(onTick: (elementSec: number) => void) {
    this.onTick = onTick;
  }

  /** Playhead, seconds. */
  get currentSec(): number {
    return this.sec;
  }

  /** Time of the frame that is on the screen, seconds. */
  get presentedSec(): number {
    return this.frameSec;
  }

  /** The playhead is of the sound: it lies so much after the time of the picture that belongs to it. */
  get offsetSec(): number {
    return this.pictureLagSec;
  }

  set offsetSec(sec: number) {
    this.pictureLagSec = sec;
  }

  /** Called with each new playhead time, at most once per display frame while playing. */
  onTime(listener: TimeListener): () => void {
    this.timeListeners.add(listener);
    return () => this.timeListeners.delete(listener);
  }

  /** Called with the time of each frame that comes onto the screen; without a picture the same as {@link onTime}. */
  onFrame(listener: TimeListener): () => void {
    this.frameListeners.add(listener);
    return () => this.frameListeners.delete(listener);
  }

  get listenerCount(): number {
    return this.timeListeners.size + this.frameListeners.size;
  }

  attach(element: HTMLMediaElement): void {
    this.detach();
    this.element = element;
    const scope = this.scope;
    if ('requestVideoFrameCallback' in element) this.watchFrames(element as HTMLVideoElement, scope);
    let handle = 0;
    const tick = (nowMs: number) => {
      handle = requestAnimationFrame(tick);
      const awaitsPicture = hasPicture(element) && nowMs - this.lastFrameMs < frameOverdueMs;
      const nowSec = element.currentTime + this.pictureLagSec;
      if (!awaitsPicture && !element.seeking) this.moveTo(nowSec, true);
      this.onTick(nowSec);
    };
    const start = () => {
      cancelAnimationFrame(handle);
      this.lastFrameMs = performance.now();
      handle = requestAnimationFrame(tick);
    };
    const stop = () => cancelAnimationFrame(handle);
    scope.listen(element, 'playing', start);
    scope.listen(element, 'pause', stop);
    scope.listen(element, 'ended', stop);
    scope.listen(element, 'emptied', stop);
    // Hidden windows get no animation frames; a span must end there too.
    scope.listen(element, 'timeupdate', () => {
      if (!element.paused) this.onTick(element.currentTime + this.pictureLagSec);
    });
    scope.listen(element, 'seeked', () => {
      if (!hasPicture(element)) this.showFrame(this.sec - this.pictureLagSec);
    });
    scope.add(stop);
  }

  detach(): void {
    this.scope.dispose();
    this.scope = new Scope();
    this.element = null;
  }

  /** The playhead was put somewhere: shown at once, before the element has got there. */
  moveTo(sec: number, isPresented = false): void {
    if (sec !== this.sec) {
      this.sec = sec;
      for (const listener of this.timeListeners) listener(sec);
    }
    if (isPresented) this.showFrame(sec - this.pictureLagSec);
  }

  private showFrame(sec: number): void {
    if (sec === this.frameSec) return;
    this.frameSec = sec;
    for (const listener of this.frameListeners) listener(sec);
  }

  private watchFrames(video: HTMLVideoElement, scope: Scope): void {
    let handle = 0;
    const onFrame = (nowMs: number, metadata: { mediaTime: number }) => {
      handle = video.requestVideoFrameCallback(onFrame);
      this.lastFrameMs = nowMs;
      this.showFrame(metadata.mediaTime);
      if (!video.paused && !video.seeking && this.element === video) {
        this.moveTo(metadata.mediaTime + this.pictureLagSec);
      }
    };
    handle = video.requestVideoFrameCallback(onFrame);
    scope.add(() => video.cancelVideoFrameCallback(handle));
  }
}

function hasPicture(element: HTMLMediaElement): boolean {
  return 'videoWidth' in element && (element as HTMLVideoElement).videoWidth > 0;
}
