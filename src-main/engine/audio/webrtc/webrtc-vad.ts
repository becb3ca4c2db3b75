import { BandEnergies, BANDS, Halver, MIN_POWER } from './band-energies.ts';
import { divide, int16, normShifts } from './fixed-point.ts';
import { RunningMinimum } from './running-minimum.ts';

/** 0 lets most through, 3 least. */
export type WebRtcMode = 0 | 1 | 2 | 3;

/** Thresholds of a mode for frames of 10, 20 and 30 ms. */
interface ModeRules {
  /** Frames that speech goes on after a short and after a long stretch of it. */
  shortHangover: readonly number[];
  longHangover: readonly number[];
  /** Likelihood ratio that one band must reach, and the weighted sum of all. */
  band: readonly number[];
  all: readonly number[];
}

const modes: readonly ModeRules[] = [
  { shortHangover: [8, 4, 3], longHangover: [14, 7, 5], band: [24, 21, 24], all: [57, 48, 57] },
  { shortHangover: [8, 4, 3], longHangover: [14, 7, 5], band: [37, 32, 37], all: [100, 80, 100] },
  { shortHangover: [6, 3, 2], longHangover: [9, 5, 3], band: [82, 78, 82], all: [285, 260, 285] },
  { shortHangover: [6, 3, 2], longHangover: [9, 5, 3], band: [94, 94, 94], all: [1100, 1050, 1100] },
];

/** Two Gaussians a band; the first six numbers of a table are those of the first Gaussian. */
const NOISE_WEIGHTS = [34, 62, 72, 66, 53, 25, 94, 66, 56, 62, 75, 103] as const;
const SPEECH_WEIGHTS = [48, 82, 45, 87, 50, 47, 80, 46, 83, 41, 78, 81] as const;
const NOISE_MEANS = [6738, 4892, 7065, 6715, 6771, 3369, 7646, 3863, 7820, 7266, 5020, 4362] as const;
const SPEECH_MEANS = [8306, 10085, 10078, 11823, 11843, 6309, 9473, 9571, 10879, 7581, 8180, 7483] as const;
const NOISE_SPREADS = [378, 1064, 493, 582, 688, 593, 474, 697, 475, 688, 421, 455] as const;
const SPEECH_SPREADS = [555, 505, 567, 524, 585, 1231, 509, 828, 492, 1540, 1079, 850] as const;
const BAND_WEIGHTS = [6, 8, 10, 12, 14, 16] as const;
const LEAST_DISTANCE = [544, 544, 576, 576, 576, 576] as const;
const HIGHEST_SPEECH = [11392, 11392, 11520, 11520, 11520, 11520] as const;
const HIGHEST_NOISE = [9216, 9088, 8960, 8832, 8704, 8576] as const;
const LOWEST_SPEECH = [640, 768] as const;
const NOISE_RATE = 655;
const SPEECH_RATE = 6554;
const FLOOR_RATE = 154;
const LEAST_SPREAD = 384;
const LONG_SPEECH_FRAMES = 6;
/** Exponent from which a probability is 0, Q10, and log₂e, Q12. */
const FAR = 22_005;
const LOG2_E = 5909;

/**
 * WebRTC's voice activity detection, bit for bit (https://webrtc.googlesource.com/src, common_audio/vad; BSD): in six bands
 * two Gaussians of speech against two of noise, all of which follow the sound. It remembers; one instance per recording.
 */
export class WebRtcVad {
  readonly #rules: ModeRules;
  readonly #halver = new Halver();
  readonly #bands = new BandEnergies();
  readonly #floors = Array.from({ length: BANDS }, () => new RunningMinimum());
  readonly #noiseMeans = Int16Array.from(NOISE_MEANS);
  readonly #speechMeans = Int16Array.from(SPEECH_MEANS);
  readonly #noiseSpreads = Int16Array.from(NOISE_SPREADS);
  readonly #speechSpreads = Int16Array.from(SPEECH_SPREADS);
  /** (x − mean) / variance of each Gaussian for the frame at hand, Q11. */
  readonly #noisePull = new Int16Array(2 * BANDS);
  readonly #speechPull = new Int16Array(2 * BANDS);
  /** Share of each Gaussian in its mixture, Q14. */
  readonly #noiseShare = new Int16Array(2 * BANDS);
  readonly #speechShare = new Int16Array(2 * BANDS);
  #frames = 0;
  #hangover = 0;
  #speechFrames = 0;

  constructor(mode: WebRtcMode) {
    this.#rules = modes[mode]!;
  }

  /** @param frame 160, 320 or 480 samples at 16 kHz: 10, 20 or 30 ms, always the same */
  isSpeech(frame: Int16Array): boolean {
    const narrow = new Int16Array(frame.length >> 1);
    this.#halver.run(frame, narrow);
    const power = this.#bands.run(narrow);
    const length = Math.floor(narrow.length / 80) - 1;
    const heard = power > MIN_POWER && this.#decideAndLearn(length);
    return this.#smooth(heard, length);
  }

  #decideAndLearn(length: number): boolean {
    const speech = this.#compare(length);
    for (let band = 0; band < BANDS; band++) this.#learn(band, speech);
    this.#frames++;
    return speech;
  }

  /** Likelihood ratio test of the frame. */
  #compare(length: number): boolean {
    const { features } = this.#bands;
    let speech = false;
    let sum = 0;
    this.#noiseShare.fill(0);
    this.#speechShare.fill(0);
    for (let band = 0; band < BANDS; band++) {
      const other = band + BANDS;
      const x = features[band]!;
      const noise =
        NOISE_WEIGHTS[band]! * this.#density(x, this.#noiseMeans, this.#noiseSpreads, this.#noisePull, band);
      const noise2 =
        NOISE_WEIGHTS[other]! * this.#density(x, this.#noiseMeans, this.#noiseSpreads, this.#noisePull, other);
      const voice =
        SPEECH_WEIGHTS[band]! * this.#density(x, this.#speechMeans, this.#speechSpreads, this.#speechPull, band);
      const voice2 =
        SPEECH_WEIGHTS[other]! * this.#density(x, this.#speechMeans, this.#speechSpreads, this.#speechPull, other);
      const h0 = (noise + noise2) | 0;
      const h1 = (voice + voice2) | 0;
      const ratio = (h0 === 0 ? 31 : normShifts(h0)) - (h1 === 0 ? 31 : normShifts(h1));
      sum += ratio * BAND_WEIGHTS[band]!;
      if (ratio << 2 > this.#rules.band[length]!) speech = true;
      const noiseTotal = int16(h0 >> 12);
      if (noiseTotal > 0) {
        this.#noiseShare[band] = divide((noise & 0xfffff000) << 2, noiseTotal);
        this.#noiseShare[other] = 16_384 - this.#noiseShare[band]!;
      } else this.#noiseShare[band] = 16_384;
      const speechTotal = int16(h1 >> 12);
      if (speechTotal > 0) {
        this.#speechShare[band] = divide((voice & 0xfffff000) << 2, speechTotal);
        this.#speechShare[other] = 16_384 - this.#speechShare[band]!;
      }
    }
    return speech || sum >= this.#rules.all[length]!;
  }

  /** 1/s · exp(−(x − m)² / 2s²) in Q20; leaves the pull of the Gaussian in `pulls`. */
  #density(x: number, means: Int16Array, spreads: Int16Array, pulls: Int16Array, gaussian: number): number {
    const spread = spreads[gaussian]!;
    const inverse = int16(divide(131_072 + (spread >> 1), spread));
    const coarse = inverse >> 2;
    const inverse2 = int16((coarse * coarse) >> 2);
    const distance = int16((x << 3) - means[gaussian]!);
    const pull = int16((inverse2 * distance) >> 10);
    pulls[gaussian] = pull;
    const exponent = (pull * distance) >> 9;
    if (exponent >= FAR) return 0;
    const power = int16(-int16((LOG2_E * exponent) >> 12));
    const shift = (int16(power ^ 0xffff) >> 10) + 1;
    return Math.imul(inverse, (0x0400 | (power & 0x03ff)) >> shift);
  }

  #learn(band: number, speech: boolean): void {
    const x = this.#bands.features[band]!;
    const floor = this.#floors[band]!.next(x, this.#frames);
    const noiseLevel = int16(weighted(this.#noiseMeans, NOISE_WEIGHTS, band) >> 6);
    for (let k = 0; k < 2; k++) {
      const at = band + k * BANDS;
      const noiseMean = this.#noiseMeans[at]!;
      let mean = noiseMean;
      if (!speech) {
        const step = int16((this.#noiseShare[at]! * this.#noisePull[at]!) >> 11);
        mean = int16(mean + int16((step * NOISE_RATE) >> 22));
      }
      const lag = int16((floor << 4) - noiseLevel);
      mean = int16(mean + int16((lag * FLOOR_RATE) >> 9));
      this.#noiseMeans[at] = Math.min((72 + k - band) << 7, Math.max((k + 5) << 7, mean));
      if (speech) this.#learnSpeech(at, k, x, band);
      else this.#learnNoiseSpread(at, x, noiseMean);
    }
    this.#keepApart(band);
  }

  #learnSpeech(at: number, k: number, x: number, band: number): void {
    const before = this.#speechMeans[at]!;
    const pull = this.#speechPull[at]!;
    const share = this.#speechShare[at]!;
    const step = int16((int16((share * pull) >> 11) * SPEECH_RATE) >> 21);
    const mean = int16(before + ((step + 1) >> 1));
    // The limit of the band below, as in the published code.
    const highest = (band === 0 ? 12_800 : HIGHEST_SPEECH[band - 1]!) + 640;
    this.#speechMeans[at] = Math.min(highest, Math.max(LOWEST_SPEECH[k]!, mean));
    const distance = int16(x - ((before + 4) >> 3));
    const excess = ((pull * distance) >> 3) - 4096;
    const change = Math.imul(share >> 2, excess) >> 4;
    const spread = this.#speechSpreads[at]!;
    const size = int16(divide(Math.abs(change), spread * 10));
    const rounded = int16((change > 0 ? size : -size) + 128);
    this.#speechSpreads[at] = Math.max(LEAST_SPREAD, int16(spread + (rounded >> 8)));
  }

  #learnNoiseSpread(at: number, x: number, mean: number): void {
    const distance = int16(x - (mean >> 3));
    const excess = ((this.#noisePull[at]! * distance) >> 3) - 4096;
    const change = Math.imul((this.#noiseShare[at]! + 2) >> 2, excess) >> 14;
    const spread = this.#noiseSpreads[at]!;
    const size = int16(divide(Math.abs(change), spread));
    const rounded = int16((change > 0 ? size : -size) + 32);
    this.#noiseSpreads[at] = Math.max(LEAST_SPREAD, int16(spread + (rounded >> 6)));
  }

  /** Speech stays louder than noise, and both in their ranges. */
  #keepApart(band: number): void {
    let noise = weighted(this.#noiseMeans, NOISE_WEIGHTS, band);
    let speech = weighted(this.#speechMeans, SPEECH_WEIGHTS, band);
    const distance = int16(int16(speech >> 9) - int16(noise >> 9));
    if (distance < LEAST_DISTANCE[band]!) {
      const lack = int16(LEAST_DISTANCE[band]! - distance);
      move(this.#speechMeans, band, int16((13 * lack) >> 2));
      move(this.#noiseMeans, band, -int16((3 * lack) >> 2));
      speech = weighted(this.#speechMeans, SPEECH_WEIGHTS, band);
      noise = weighted(this.#noiseMeans, NOISE_WEIGHTS, band);
    }
    const speechOver = int16(speech >> 7) - HIGHEST_SPEECH[band]!;
    if (speechOver > 0) move(this.#speechMeans, band, -speechOver);
    const noiseOver = int16(noise >> 7) - HIGHEST_NOISE[band]!;
    if (noiseOver > 0) move(this.#noiseMeans, band, -noiseOver);
  }

  #smooth(heard: boolean, length: number): boolean {
    if (!heard) {
      this.#speechFrames = 0;
      if (this.#hangover === 0) return false;
      this.#hangover--;
      return true;
    }
    this.#speechFrames++;
    if (this.#speechFrames > LONG_SPEECH_FRAMES) {
      this.#speechFrames = LONG_SPEECH_FRAMES;
      this.#hangover = this.#rules.longHangover[length]!;
    } else this.#hangover = this.#rules.shortHangover[length]!;
    return true;
  }
}

/** Mean of a band's two Gaussians by their weights, Q14. */
const weighted = (means: Int16Array, weights: readonly number[], band: number): number =>
  means[band]! * weights[band]! + means[band + BANDS]! * weights[band + BANDS]!;

function move(means: Int16Array, band: number, by: number): void {
  means[band]! += by;
  means[band + BANDS]! += by;
}
