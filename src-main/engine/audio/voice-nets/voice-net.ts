/**
 * What a voice net takes, computed from 16 kHz sound in [−1, 1]. A pulled or added net is used as long as one of these is
 * its front end.
 */
export type VoiceFrontEnd =
  /** [B, T, bands]: Kaldi filter banks minus their mean over the window; `scale` 32768 for nets trained on int16 values. */
  | { kind: 'kaldi-fbank'; bands: number; window: 'povey' | 'hamming'; scale: number }
  /** [B, T, bands]: SpeechBrain filter banks minus their mean over the window. */
  | { kind: 'speechbrain-fbank'; bands: number }
  /** [B, bands, T]: the input of ResNetSE34V2. */
  | { kind: 'torchaudio-mel'; bands: number }
  /** [B, T, coefficients]: librosa cepstra; what is longer than `frames` is heard in pieces every `step`, averaged. */
  | { kind: 'librosa-mfcc'; coefficients: number; frames: number; step: number }
  /** [B, N]: the samples themselves. */
  | { kind: 'waveform' };

/** A net that turns a window of sound into a vector, and how it is fed. */
export interface VoiceNet {
  /** Id in models/registry.json. */
  modelId: string;
  /** Id of its stage. */
  stageId: string;
  frontEnd: VoiceFrontEnd;
  /** Values of its vector; null = whatever the net gives. */
  size: number | null;
  /** CPU seconds per hour of media at windows of 1.5 s every 0.75 s, roughly (progress only). */
  costPerHour: number;
}

const kaldi = (window: 'povey' | 'hamming', scale: number): VoiceFrontEnd => ({
  kind: 'kaldi-fbank',
  bands: 80,
  window,
  scale,
});

/** Front ends by the name that `diarist models add … --as custom-voice` nets are run with. */
export const namedFrontEnds = {
  'kaldi-fbank-80': kaldi('povey', 1),
  'kaldi-fbank-80-int16': kaldi('povey', 32_768),
  'kaldi-fbank-80-hamming-int16': kaldi('hamming', 32_768),
  'speechbrain-fbank-80': { kind: 'speechbrain-fbank', bands: 80 },
  'torchaudio-mel-64': { kind: 'torchaudio-mel', bands: 64 },
  'librosa-mfcc-40': { kind: 'librosa-mfcc', coefficients: 40, frames: 100, step: 50 },
  waveform: { kind: 'waveform' },
} as const satisfies Record<string, VoiceFrontEnd>;

export type FrontEndName = keyof typeof namedFrontEnds;

const net = (
  modelId: string,
  stageId: string,
  frontEnd: FrontEndName,
  size: number,
  costPerHour: number,
): VoiceNet => ({
  modelId,
  stageId,
  frontEnd: namedFrontEnds[frontEnd],
  size,
  costPerHour,
});

/** The nets Diarist knows how to feed, beside its own. */
export const voiceNets: readonly VoiceNet[] = [
  net('campplus-zh-en', 'campplus-embeddings', 'kaldi-fbank-80', 192, 600),
  net('eres2net-base', 'eres2net-embeddings', 'kaldi-fbank-80', 192, 1500),
  net('wespeaker-resnet34-lm', 'wespeaker-resnet34-embeddings', 'kaldi-fbank-80-hamming-int16', 256, 1500),
  net('ecapa-voxceleb', 'ecapa-embeddings', 'speechbrain-fbank-80', 192, 1500),
  net('resnetse34v2', 'resnetse34v2-embeddings', 'torchaudio-mel-64', 512, 1500),
  net('redimnet2', 'redimnet2-embeddings', 'waveform', 192, 1500),
  net('bilstm-librispeech', 'bilstm-embeddings', 'librosa-mfcc-40', 128, 25),
];
