import type { SpeechRegion } from './vad-timestamps.ts';

export interface CollectorRules {
  /** Frames of the ring: 10 of 30 ms for the 300 ms of the WebRTC wrapper. */
  ringFrames: number;
  /** More than this share of the ring must agree before the state changes. */
  share: number;
}

/** The wrapper's published values (https://github.com/wiseman/py-webrtcvad, example.py). */
export const webrtcCollectorRules: CollectorRules = { ringFrames: 10, share: 0.9 };

/**
 * The collector that av-diarization puts behind WebRTC's voice activity detection, for the decisions of any detector:
 * speech begins at the first frame of a ring in which more than 90 % are speech, and ends with the last frame of a ring in
 * which more than 90 % are not, so that its 300 ms belong to the region.
 * @param isSpeech decision of each frame
 * @param frameSec 0.03 for WebRTC
 * @returns sorted, without overlap
 */
export function collectSpeech(
  isSpeech: ArrayLike<boolean | number>,
  frameSec: number,
  { ringFrames, share }: CollectorRules = webrtcCollectorRules,
): SpeechRegion[] {
  const regions: SpeechRegion[] = [];
  let startFrame = -1;
  /** The ring is emptied at each change of state: it holds frames from here on. */
  let ringStart = 0;
  let agreeing = 0;
  for (let k = 0; k < isSpeech.length; k++) {
    const wanted = startFrame < 0;
    if (k - ringStart >= ringFrames) {
      if (Boolean(isSpeech[ringStart]) === wanted) agreeing--;
      ringStart++;
    }
    if (Boolean(isSpeech[k]) === wanted) agreeing++;
    if (agreeing <= share * ringFrames) continue;
    if (wanted) startFrame = ringStart;
    else {
      regions.push({ startSec: startFrame * frameSec, endSec: (k + 1) * frameSec });
      startFrame = -1;
    }
    ringStart = k + 1;
    agreeing = 0;
  }
  if (startFrame >= 0) regions.push({ startSec: startFrame * frameSec, endSec: isSpeech.length * frameSec });
  return regions;
}
