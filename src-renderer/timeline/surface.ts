import type { PeakPyramid } from '#shared/media/peaks.ts';
import { exactTime } from '../ui/format.ts';
import { onPaletteChange } from '../ui/palette.ts';
import type { FrameLoop, FrameTask } from './frame-loop.ts';
import { densityOf, overviewHeightPx, paintOverview, type Density } from './overview.ts';
import { createPaintKit, fitCanvas, refreshPalette, type PaintKit } from './paint-context.ts';
import { labelsUnder, paintRuler, rulerHeightPx, type CoveredPx } from './paint-ruler.ts';
import { paintSurface } from './paint-surface.ts';
import { Scope } from './scope.ts';
import type { SurfaceData } from './surface-data.ts';
import type { LaneGestures } from './gestures.ts';
import type { ViewportStore } from './viewport.ts';
import { endSec, followedView, visibleSec, xOf, type FollowMode } from './viewport-math.ts';
import { WaveformView } from './waveform-view.ts';

/** The elements a timeline draws into; React makes them, {@link TimelineSurface} fills them. */
export interface SurfaceElements {
  /** Gets `--gutter`, the width of the vertical scroll bar, so that all strips are as wide as the rows. */
  readonly root: HTMLElement;
  readonly overviewCanvas: HTMLCanvasElement;
  readonly overviewHandle: HTMLElement;
  readonly overviewPlayhead: HTMLElement;
  readonly rulerCanvas: HTMLCanvasElement;
  readonly wave: HTMLElement;
  /** Scrolls the rows vertically. */
  readonly scroller: HTMLElement;
  /** Track area of the rows: its width is the viewport's. */
  readonly rows: HTMLElement;
  readonly lanesCanvas: HTMLCanvasElement;
  readonly playhead: HTMLElement;
  readonly playheadFlag: HTMLElement;
}

/** The clock the playhead follows. */
export interface TimelineClock {
  currentSec(): number;
  onTime(listener: (sec: number) => void): () => void;
}

/**
 * Draws the timeline. Everything it starts ends with {@link dispose}. It draws only in frames in which something
 * changed: the viewport, the data, the preview or the time; all parts of a frame show the same viewport.
 */
export class TimelineSurface {
  readonly scope = new Scope();
  data: SurfaceData;
  private readonly elements: SurfaceElements;
  private readonly viewport: ViewportStore;
  private readonly gestures: LaneGestures;
  private readonly clock: TimelineClock;
  private readonly wave: WaveformView;
  private readonly lanesKit: PaintKit | null;
  private readonly rulerKit: PaintKit | null;
  private readonly overviewKit: PaintKit | null;
  private readonly paintTask: FrameTask;
  private readonly overviewTask: FrameTask;
  private readonly playheadTask: FrameTask;
  private density: Density | null = null;
  private lanesHeightPx = 0;
  private lastTimeSec = 0;
  private follow: FollowMode = 'page';
  private isPlaying = false;
  /** Where the playhead's time lies over the ruler, and which labels that hides. */
  private covered: CoveredPx | null = null;
  private hiddenLabels = '';
  private flagWidthPx = 0;
  private flagLetters = 0;

  constructor(
    elements: SurfaceElements,
    parts: {
      loop: FrameLoop;
      viewport: ViewportStore;
      gestures: LaneGestures;
      clock: TimelineClock;
      data: SurfaceData;
    },
  ) {
    const { scope } = this;
    this.elements = elements;
    this.viewport = parts.viewport;
    this.gestures = parts.gestures;
    this.clock = parts.clock;
    this.data = parts.data;
    this.lanesKit = createPaintKit(elements.lanesCanvas);
    this.rulerKit = createPaintKit(elements.rulerCanvas);
    this.overviewKit = createPaintKit(elements.overviewCanvas);
    const task = (run: (nowMs: number) => void) => {
      const made = parts.loop.add(run);
      scope.add(() => made.dispose());
      return made;
    };
    this.paintTask = task((nowMs) => this.paint(nowMs));
    this.overviewTask = task(() => this.paintOverview());
    this.playheadTask = task(() => this.placePlayhead());
    this.wave = new WaveformView(elements.wave, () => this.paintTask.invalidate());
    scope.add(() => this.wave.dispose());

    scope.add(parts.viewport.subscribe(() => this.invalidate()));
    scope.add(parts.clock.onTime((sec) => this.timeChanged(sec)));
    scope.listen(elements.scroller, 'scroll', () => this.invalidate());
    scope.observeSize(elements.scroller, () => this.measure());
    scope.observeSize(elements.rows, () => this.measure());
    scope.add(
      onPaletteChange(() => {
        for (const kit of [this.lanesKit, this.rulerKit, this.overviewKit]) if (kit) refreshPalette(kit);
        this.invalidate();
        this.overviewTask.invalidate();
      }),
    );
    this.measure();
  }

  /** Draw again in the next frame. */
  invalidate(): void {
    this.paintTask.invalidate();
  }

  setData(data: SurfaceData): void {
    const another = data.index !== this.data.index;
    this.data = data;
    if (another) {
      this.density = null;
      this.overviewTask.invalidate();
    }
    this.invalidate();
  }

  setPeaks(peaks: PeakPyramid | null, startSec: number): void {
    this.wave.setPeaks(peaks, startSec);
  }

  setFollow(follow: FollowMode, isPlaying: boolean): void {
    const starts = isPlaying && !this.isPlaying;
    this.follow = follow;
    this.isPlaying = isPlaying;
    // Whoever presses play wants to see where it plays, wherever they had panned to.
    if (starts && follow !== 'off') {
      const view = this.viewport.getState();
      const sec = this.clock.currentSec();
      if (sec < view.startSec || sec > endSec(view)) view.scrollTo(sec);
    }
  }

  /** Scrolls the rows so that a speaker's lane is in sight. */
  revealLane(lane: number): void {
    const row = this.data.layout.rows[lane];
    const { scroller } = this.elements;
    if (!row) return;
    if (row.topPx < scroller.scrollTop) scroller.scrollTop = row.topPx;
    else if (row.topPx + row.heightPx > scroller.scrollTop + this.lanesHeightPx) {
      scroller.scrollTop = row.topPx + row.heightPx - this.lanesHeightPx;
    }
  }

  dispose(): void {
    this.scope.dispose();
  }

  /** Reads sizes once, when they change, so that frames never force a layout. */
  private measure(): void {
    const { root, rows, scroller } = this.elements;
    this.lanesHeightPx = scroller.clientHeight;
    root.style.setProperty('--gutter', `${scroller.offsetWidth - scroller.clientWidth}px`);
    this.viewport.getState().setWidth(rows.clientWidth);
    this.density = null;
    this.overviewTask.invalidate();
    this.invalidate();
  }

  private paint(nowMs: number): void {
    const view = this.viewport.getState();
    const ratio = devicePixelRatio || 1;
    this.placePlayhead();
    this.paintRuler();
    if (this.lanesKit) {
      fitCanvas(this.lanesKit.ctx, view.widthPx, this.lanesHeightPx, ratio);
      const { scrollTop } = this.elements.scroller;
      paintSurface(this.lanesKit, view, this.data, this.gestures.preview, scrollTop, this.lanesHeightPx);
    }
    this.wave.update(view, nowMs);
    const { overviewHandle } = this.elements;
    const scale = view.durationSec > 0 ? view.widthPx / view.durationSec : 0;
    overviewHandle.style.transform = `translate3d(${view.startSec * scale}px,0,0)`;
    overviewHandle.style.width = `${Math.max(6, visibleSec(view) * scale)}px`;
  }

  private paintRuler(): void {
    const kit = this.rulerKit;
    if (!kit) return;
    const view = this.viewport.getState();
    fitCanvas(kit.ctx, view.widthPx, rulerHeightPx, devicePixelRatio || 1);
    paintRuler(kit, view, this.data.cutsSec, this.covered);
    this.hiddenLabels = labelsUnder(kit, view, this.covered);
  }

  private paintOverview(): void {
    const view = this.viewport.getState();
    if (!this.overviewKit || view.durationSec <= 0) return;
    fitCanvas(this.overviewKit.ctx, view.widthPx, overviewHeightPx, devicePixelRatio || 1);
    this.density ??= densityOf(this.data.index, view.durationSec, Math.max(1, Math.floor(view.widthPx / 4)));
    paintOverview(this.overviewKit, this.density, view.widthPx);
  }

  private timeChanged(sec: number): void {
    // While paused, keys that move the playhead out of sight turn the page too; nothing is ever centred under a hand.
    const mode = this.isPlaying || this.follow === 'off' ? this.follow : 'page';
    const next = followedView(this.viewport.getState(), mode, this.lastTimeSec, sec);
    if (next) this.viewport.getState().show(next.startSec);
    this.lastTimeSec = sec;
    this.playheadTask.invalidate();
  }

  private placePlayhead(): void {
    const { playhead, playheadFlag, overviewPlayhead } = this.elements;
    const view = this.viewport.getState();
    const sec = this.clock.currentSec();
    const x = xOf(view, sec);
    const isVisible = x >= -1 && x <= view.widthPx + 1;
    playhead.style.visibility = isVisible ? 'visible' : 'hidden';
    if (isVisible) {
      playhead.style.transform = `translate3d(${Math.round(x)}px,0,0)`;
      const text = exactTime(sec);
      playheadFlag.textContent = text;
      // All digits are equally wide: it is measured when their number changes.
      if (text.length !== this.flagLetters || this.flagWidthPx === 0) {
        this.flagLetters = text.length;
        this.flagWidthPx = playheadFlag.offsetWidth;
      }
      // At the borders the flag stays whole.
      const widthPx = this.flagWidthPx;
      const fromPx = Math.round(Math.max(0, Math.min(view.widthPx - widthPx, x - widthPx / 2)));
      playheadFlag.style.transform = `translateX(${fromPx - Math.round(x)}px)`;
      this.covered = { fromPx, toPx: fromPx + widthPx };
    } else this.covered = null;
    if (this.rulerKit && labelsUnder(this.rulerKit, view, this.covered) !== this.hiddenLabels) this.paintRuler();
    const share = view.durationSec > 0 ? sec / view.durationSec : 0;
    overviewPlayhead.style.transform = `translate3d(${Math.round(share * view.widthPx)}px,0,0)`;
    this.wave.setProgress(sec);
  }
}
