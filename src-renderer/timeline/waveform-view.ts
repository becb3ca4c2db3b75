import WaveSurfer from 'wavesurfer.js';
import { peakColumns, type PeakPyramid } from '#shared/media/peaks.ts';
import { onPaletteChange, readPalette } from '../ui/palette.ts';
import { Scope } from './scope.ts';
import type { View } from './viewport-math.ts';
import { barPx, stillServes, windowFor, type WaveWindow } from './waveform-window.ts';

export const waveformHeightPx = 64;
/** After this long without zooming, a stretched strip is drawn sharp. */
const settleMs = 90;

/**
 * The waveform, drawn by wavesurfer.js from precomputed peaks. wavesurfer lays a whole file out in one scrolling
 * element, which ends at 4 h × 100 px/s; so it is given only the strip around the view (ADR 0060). Between two strips
 * the element is moved and stretched by a CSS transform, in the same frame as ruler and lanes.
 */
export class WaveformView {
  private readonly scope = new Scope();
  private readonly frame: HTMLElement;
  private readonly wave: WaveSurfer;
  private peaks: PeakPyramid | null = null;
  private peaksStartSec = 0;
  private gain = 1;
  private strip: WaveWindow | null = null;
  private lastZoomMs = -Infinity;
  private lastPxPerSec = 0;
  private progressSec = 0;
  private readonly onStale: () => void;
  private pendingSharpen: (() => void) | null = null;

  /** @param onStale asks for another {@link update} in a coming frame */
  constructor(host: HTMLElement, onStale: () => void) {
    this.onStale = onStale;
    this.frame = host.ownerDocument.createElement('div');
    Object.assign(this.frame.style, {
      position: 'absolute',
      left: '0',
      top: '0',
      height: `${waveformHeightPx}px`,
      transformOrigin: '0 0',
      willChange: 'transform',
    });
    host.append(this.frame);
    const { tokens } = readPalette();
    const nonce = host.ownerDocument.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce;
    this.wave = WaveSurfer.create({
      container: this.frame,
      height: waveformHeightPx,
      interact: false,
      cursorWidth: 0,
      autoScroll: false,
      hideScrollbar: true,
      waveColor: tokens['wave-ahead'],
      progressColor: tokens.wave,
      renderFunction: drawBars,
      ...(nonce ? { cspNonce: nonce } : {}),
    });
    this.scope.add(() => this.frame.remove());
    this.scope.add(() => this.wave.destroy());
    this.scope.add(
      onPaletteChange(() => {
        const now = readPalette().tokens;
        this.wave.setOptions({ waveColor: now['wave-ahead'], progressColor: now.wave });
      }),
    );
  }

  /** @param startSec time of the first peak, seconds */
  setPeaks(peaks: PeakPyramid | null, startSec: number): void {
    this.peaks = peaks;
    this.peaksStartSec = startSec;
    this.gain = peaks ? waveformGain(peaks) : 1;
    this.strip = null;
    this.frame.style.visibility = peaks ? 'visible' : 'hidden';
    this.onStale();
  }

  /** Brings the strip in line with the view; call once per frame in which the view changed. */
  update(view: View, nowMs: number): void {
    if (!this.peaks || view.durationSec <= 0) return;
    if (view.pxPerSec !== this.lastPxPerSec) {
      this.lastPxPerSec = view.pxPerSec;
      this.lastZoomMs = nowMs;
    }
    const settled = nowMs - this.lastZoomMs >= settleMs;
    if (!this.strip || !stillServes(this.strip, view, settled)) this.draw(view);
    const { strip } = this;
    if (!strip) return;
    const stretch = view.pxPerSec / strip.pxPerSec;
    const x = (strip.startSec - view.startSec) * view.pxPerSec;
    this.frame.style.transform =
      stretch === 1 ? `translate3d(${x}px,0,0)` : `translate3d(${x}px,0,0) scaleX(${stretch})`;
    if (stretch !== 1 && !this.pendingSharpen) {
      this.pendingSharpen = this.scope.timeout(() => {
        this.pendingSharpen = null;
        this.onStale();
      }, settleMs + 10);
    }
  }

  /** What has been played is brighter than what lies ahead. */
  setProgress(sec: number): void {
    this.progressSec = sec;
    const { strip } = this;
    if (!strip) return;
    const share = (sec - strip.startSec) / (strip.endSec - strip.startSec);
    this.wave.getRenderer().renderProgress(Math.min(1, Math.max(0, share)));
  }

  dispose(): void {
    this.scope.dispose();
  }

  private draw(view: View): void {
    if (!this.peaks) return;
    const strip = windowFor(view);
    const peaks = peakColumns(
      this.peaks,
      strip.startSec - this.peaksStartSec,
      strip.endSec - this.peaksStartSec,
      strip.columns,
    );
    const lows = new Float32Array(strip.columns);
    const highs = new Float32Array(strip.columns);
    for (let i = 0; i < strip.columns; i++) {
      lows[i] = (peaks[2 * i]! / 128) * this.gain;
      highs[i] = (peaks[2 * i + 1]! / 128) * this.gain;
    }
    this.frame.style.width = `${strip.columns * barPx}px`;
    this.strip = strip;
    // Superseded by the next strip before it settles: wavesurfer rejects then, and nothing is lost.
    this.wave.load('', [highs, lows], strip.endSec - strip.startSec).catch(() => undefined);
    this.setProgress(this.progressSec);
  }
}

/** Quiet recordings are drawn up to four times as high; none beyond the frame. One factor for the whole file. */
function waveformGain(peaks: PeakPyramid): number {
  let loudest = 0;
  for (const value of peaks.levels.at(-1)!.values) loudest = Math.max(loudest, Math.abs(value));
  return loudest === 0 ? 1 : Math.min(4, Math.max(1, 122 / loudest));
}

/** One bar per column from its lowest to its highest sample, at least a pixel high so that silence is a line. */
function drawBars(channels: (Float32Array | number[])[], ctx: CanvasRenderingContext2D): void {
  const [highs, lows] = channels;
  if (!highs || !lows) return;
  const { width, height } = ctx.canvas;
  const middle = height / 2;
  const stepPx = width / highs.length;
  const barWidth = Math.max(1, stepPx * 0.7);
  const minPx = Math.max(1, height / waveformHeightPx);
  for (let i = 0; i < highs.length; i++) {
    const top = middle - highs[i]! * (middle - 1);
    const bottom = middle - lows[i]! * (middle - 1);
    const barHeight = Math.max(minPx, bottom - top);
    ctx.fillRect(i * stepPx, (top + bottom - barHeight) / 2, barWidth, barHeight);
  }
}
