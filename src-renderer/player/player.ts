import type { AppErrorData } from '#shared/api/errors.ts';
import { Scope } from '../timeline/scope.ts';
import { MediaClock, type TimeListener } from './media-clock.ts';
import { mediaErrorData } from './media-errors.ts';
import { idleState, usePlayer, type PlayerState } from './player-state.ts';
import { ReversePlayback } from './reverse-playback.ts';
import { ReverseSound } from './reverse-sound.ts';
import { ShiftedSound } from './shifted-sound.ts';
import { frameStepSec, maxRate, minRate, nextRate, nextShuttle } from './transport-math.ts';

export { usePlayer } from './player-state.ts';
export type { PlayerState, PlaySpan } from './player-state.ts';

/** What is to be played. */
export interface PlayerSource {
  readonly fileName: string;
  /** From `media.sources`; null = nothing can be played (yet), `note` says why. */
  readonly url: string | null;
  readonly note: string | null;
  readonly hasPicture: boolean;
  readonly durationSec: number;
  /** PCM for playing backwards and the time of its first sample; absent = backwards is silent. */
  readonly pcm?: { readonly url: string; readonly startSec: number } | null;
}

/** How far from the end of a span the timer takes over from the display's frames, so that it ends to the millisecond. */
const finishWithinMs = 20;
/** Without a frame table a step is a frame at 25 per second. */
const fallbackFrameSec = 0.04;

/**
 * The one player: every time, key and gesture goes through it. Times are seconds from t = 0 of the file. State that
 * changes seldom is in {@link usePlayer}; the time is not state: subscribe with {@link onTime}.
 */
export class Player {
  private element: HTMLMediaElement | null = null;
  private scope = new Scope();
  private source: PlayerSource | null = null;
  private finishTimer: ReturnType<typeof setTimeout> | undefined;
  /** The frame of the last seek has come onto the screen. */
  private isPlaceShown = true;
  private shifted: ShiftedSound | null = null;
  private readonly clock: MediaClock;
  private readonly reverse: ReversePlayback;
  private readonly reverseSound = new ReverseSound();

  constructor() {
    this.clock = new MediaClock((nowSec) => this.endSpanWhenDue(nowSec));
    this.reverse = new ReversePlayback(
      (sec) => this.place(sec),
      () => this.pause(),
      () => this.isPlaceShown,
    );
    this.clock.onFrame(() => (this.isPlaceShown = true));
  }

  get state(): PlayerState {
    return usePlayer.getState();
  }

  /** Playhead, seconds. While a picture plays: the time of the frame on the screen. */
  currentSec(): number {
    return this.clock.currentSec;
  }

  /** Time of the frame on the screen in the picture's own time, seconds: what boxes are keyed to. */
  presentedSec(): number {
    return this.clock.presentedSec;
  }

  /** Subscribe to the playhead, outside React. Returns the unsubscribe function. */
  onTime(listener: TimeListener): () => void {
    return this.clock.onTime(listener);
  }

  /** Subscribe to frames that come onto the screen. Returns the unsubscribe function. */
  onFrame(listener: TimeListener): () => void {
    return this.clock.onFrame(listener);
  }

  /** The view's element. Returns the function that lets it go. */
  attach(element: HTMLMediaElement): () => void {
    this.detach();
    this.element = element;
    const { scope } = this;
    element.preservesPitch = true;
    element.playbackRate = this.state.rate;
    this.clock.attach(element);
    scope.listen(element, 'loadedmetadata', () => {
      usePlayer.setState({ status: 'ready', error: null, durationSec: this.lengthOf(element) });
      if (this.clock.currentSec > 0) this.placeElement(element, this.clock.currentSec);
    });
    scope.listen(element, 'play', () => usePlayer.setState({ playing: true }));
    // Events come late: what counts is how it is by now.
    scope.listen(element, 'pause', () => usePlayer.setState({ playing: this.reverse.active || !element.paused }));
    scope.listen(element, 'ended', () => this.finishSpan());
    scope.listen(element, 'error', () => this.fail(mediaErrorData(element.error, this.source?.fileName ?? '')));
    this.applySource();
    return () => {
      if (this.element === element) this.detach();
    };
  }

  /** Another file, or the same one from another place (a review copy became ready: the playhead stays). */
  load(source: PlayerSource | null): void {
    const same = source !== null && source.fileName === this.source?.fileName && source.url === this.source.url;
    const sameFile = source !== null && source.fileName === this.source?.fileName;
    this.source = source;
    if (same) {
      usePlayer.setState({ note: source.note, reverseHasSound: Boolean(source.pcm) });
      return;
    }
    clearTimeout(this.finishTimer);
    this.stopReverse();
    const { rate, loop } = this.state;
    const keptSec = sameFile ? this.clock.currentSec : 0;
    usePlayer.setState({
      ...idleState,
      rate,
      loop,
      status: source ? 'loading' : 'empty',
      hasPicture: source?.hasPicture ?? false,
      durationSec: source?.durationSec ?? 0,
      note: source?.note ?? null,
      reverseHasSound: Boolean(source?.pcm),
    });
    this.clock.moveTo(keptSec, true);
    this.applySource();
  }

  /**
   * How the sound lies against the picture: with > 0 it comes later in the file, so that at a time of the sound the picture
   * of so much earlier is shown. Times of the player stay those of the sound, as labels are.
   */
  setOffset(offsetSec: number): void {
    if (offsetSec === this.clock.offsetSec) return;
    this.clock.offsetSec = offsetSec;
    this.applyShift();
    if (this.element && this.element.readyState > 0) this.placeElement(this.element, this.clock.currentSec);
  }

  /** Try once more after an error, from where it stopped. */
  reload(): void {
    if (!this.source?.url) return;
    usePlayer.setState({ status: 'loading', error: null });
    this.applySource();
  }

  setFrameTimes(frameTimesSec: Float64Array | null): void {
    usePlayer.setState({ frameTimesSec });
  }

  /** Plays on from the playhead; a span that was set is forgotten. */
  play(): void {
    clearTimeout(this.finishTimer);
    this.stopReverse();
    usePlayer.setState({ span: null });
    if (this.clock.currentSec >= this.state.durationSec - 0.01) this.place(0);
    this.start();
  }

  pause(): void {
    clearTimeout(this.finishTimer);
    this.stopReverse();
    const wasPlaying = this.element !== null && !this.element.paused;
    this.element?.pause();
    // The playhead rests on the frame one sees, and so does the next split.
    if (wasPlaying && this.element) this.placeElement(this.element, this.clock.currentSec);
  }

  toggle(): void {
    if (this.state.playing) this.pause();
    else this.play();
  }

  /**
   * Goes elsewhere: what plays on goes on from there. A span that is heard (a selected segment, say) ends when one leaves
   * it, and the playhead stands: how far it had come must not decide whether the file starts to play.
   */
  seek(sec: number): void {
    const { span, durationSec } = this.state;
    const withinSec = Math.min(durationSec, Math.max(0, sec));
    clearTimeout(this.finishTimer);
    this.stopReverse();
    if (span && (withinSec < span.startSec || withinSec >= span.endSec)) {
      this.element?.pause();
      usePlayer.setState({ span: null });
    }
    this.place(withinSec);
  }

  /** Plays a span and stops exactly at its end; with `loop` (default: the loop switch) it begins again instead. */
  playSpan(startSec: number, endSec: number, options: { loop?: boolean } = {}): void {
    if (!(endSec > startSec)) return;
    clearTimeout(this.finishTimer);
    this.stopReverse();
    usePlayer.setState({ span: { startSec, endSec }, ...(options.loop === undefined ? {} : { loop: options.loop }) });
    this.place(startSec);
    this.start();
  }

  setLoop(loop: boolean): void {
    usePlayer.setState({ loop });
  }

  /** Speed, clamped to 0.25–4; pitch is kept. */
  setRate(rate: number): void {
    const clamped = Math.min(maxRate, Math.max(minRate, rate));
    if (this.element) this.element.playbackRate = clamped;
    usePlayer.setState({ rate: clamped });
  }

  /** One step of the speed ladder. */
  stepRate(direction: 1 | -1): void {
    this.setRate(nextRate(this.state.rate, direction));
  }

  /** Pauses and shows the frame `steps` away, by the container's frame table. */
  stepFrame(steps: number): void {
    this.pause();
    const { frameTimesSec } = this.state;
    const { currentSec, offsetSec } = this.clock;
    // Frames are of the picture.
    const fromSec = currentSec - offsetSec;
    const toSec = frameTimesSec?.length
      ? frameStepSec(frameTimesSec, fromSec, steps)
      : fromSec + steps * fallbackFrameSec;
    this.seek(toSec + offsetSec);
  }

  /** J (−1), K (0), L (+1): each further press in one direction is faster; J runs backwards. */
  shuttle(direction: -1 | 0 | 1): void {
    if (direction === 0) {
      this.pause();
      return;
    }
    const { playing, shuttle, rate } = this.state;
    const signed = shuttle !== 0 ? shuttle : playing ? rate : 0;
    const next = nextShuttle(signed, direction);
    clearTimeout(this.finishTimer);
    if (next > 0) {
      this.stopReverse();
      usePlayer.setState({ span: null, shuttle: next });
      this.start(next);
      return;
    }
    this.element?.pause();
    usePlayer.setState({ span: null, shuttle: next, playing: true });
    this.reverse.start(this.clock.currentSec, -next);
    if (this.source?.pcm) this.reverseSound.start(this.source.pcm, this.clock.currentSec, -next);
  }

  private start(rate = this.state.rate): void {
    const { element } = this;
    if (!element || this.state.status === 'error' || !this.source?.url) return;
    element.playbackRate = rate;
    element.play().catch((thrown: unknown) => {
      // A pause that overtakes the start is no failure; a missing gesture shows as "not playing".
      const name = thrown instanceof DOMException ? thrown.name : '';
      // It may play again by now, or backwards.
      if (this.element === element) usePlayer.setState({ playing: this.reverse.active || !element.paused });
      if (name !== 'AbortError' && name !== 'NotAllowedError' && element.error) {
        this.fail(mediaErrorData(element.error, this.source?.fileName ?? ''));
      }
    });
  }

  private place(sec: number): void {
    this.isPlaceShown = false;
    this.clock.moveTo(sec, this.element === null || !this.state.hasPicture);
    if (this.element && this.element.readyState > 0) this.placeElement(this.element, sec);
  }

  /** Puts the picture to what belongs to a time of the sound. */
  private placeElement(element: HTMLMediaElement, sec: number): void {
    element.currentTime = Math.max(0, sec - this.clock.offsetSec);
  }

  private applyShift(): void {
    this.shifted?.dispose();
    this.shifted = null;
    const { offsetSec } = this.clock;
    if (this.element && this.source?.url && this.source.hasPicture && offsetSec !== 0) {
      this.shifted = new ShiftedSound(this.element, this.source.url, offsetSec);
    }
  }

  private stopReverse(): void {
    this.reverse.stop();
    this.reverseSound.stop();
    if (this.element) this.element.playbackRate = this.state.rate;
    if (this.state.shuttle !== 0) usePlayer.setState({ shuttle: 0, playing: !(this.element?.paused ?? true) });
  }

  private endSpanWhenDue(nowSec: number): void {
    const { span } = this.state;
    const { element } = this;
    if (!span || !element || element.paused || element.seeking) return;
    const leftMs = ((span.endSec - nowSec) * 1000) / element.playbackRate;
    if (leftMs <= 1) this.finishSpan();
    else if (leftMs <= finishWithinMs) {
      clearTimeout(this.finishTimer);
      this.finishTimer = setTimeout(() => this.finishSpan(), leftMs);
    }
  }

  private finishSpan(): void {
    clearTimeout(this.finishTimer);
    const { span, loop } = this.state;
    if (span && loop) {
      this.place(span.startSec);
      this.start();
      return;
    }
    this.element?.pause();
    usePlayer.setState({ span: null, shuttle: 0, playing: false });
    if (span) this.place(span.endSec);
  }

  private fail(error: AppErrorData): void {
    this.stopReverse();
    usePlayer.setState({ status: 'error', playing: false, span: null, error });
  }

  private lengthOf(element: HTMLMediaElement): number {
    return Number.isFinite(element.duration) ? element.duration : (this.source?.durationSec ?? 0);
  }

  private applySource(): void {
    const { element } = this;
    if (!element) return;
    if (this.source?.url) {
      element.src = this.source.url;
      element.load();
    } else if (element.hasAttribute('src')) {
      element.removeAttribute('src');
      element.load();
    }
    this.applyShift();
  }

  private detach(): void {
    clearTimeout(this.finishTimer);
    this.stopReverse();
    this.scope.dispose();
    this.scope = new Scope();
    this.shifted?.dispose();
    this.shifted = null;
    this.clock.detach();
    if (this.element) {
      this.element.pause();
      // Frees the decoder and the connection now, not at the next garbage collection.
      this.element.removeAttribute('src');
      this.element.load();
    }
    this.element = null;
    usePlayer.setState({ playing: false });
  }
}

/** The app's player. */
export const player = new Player();
