import type { SpeechRegion } from './vad-timestamps.ts';

/** A window that gets one embedding. */
export interface VoiceWindow {
  startSec: number;
  endSec: number;
  /** Index of the speech region it lies in. */
  region: number;
}

/**
 * Windows inside speech regions: `lengthSec` long, `hopSec` apart, the last one of a region clipped at its end; a region
 * shorter than a window is one window. The layout of 3D-Speaker's sub-segments
 * (https://github.com/modelscope/3D-Speaker, speaker-diarization recipe).
 */
export function layWindows(regions: readonly SpeechRegion[], lengthSec: number, hopSec: number): VoiceWindow[] {
  const windows: VoiceWindow[] = [];
  regions.forEach(({ startSec, endSec }, region) => {
    for (let k = 0; ; k++) {
      const start = startSec + k * hopSec;
      // Nothing new would be heard: the window before reaches the end already.
      if (k > 0 && start + lengthSec >= endSec + hopSec) break;
      windows.push({ startSec: start, endSec: Math.min(endSec, start + lengthSec), region });
    }
  });
  return windows;
}
