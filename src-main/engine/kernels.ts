/**
 * Kernels: the heavy inner work that runs on the engine's worker threads, by name. A kernel gets ONNX sessions and a
 * cancel flag from its worker and is otherwise a function of its input. Payloads cross threads by structured clone;
 * large arrays are transferred.
 *
 * To add one: a line in {@link Kernels} and a line in {@link kernelLoaders}.
 */
import type { CepstraInput } from './audio/cepstra/cepstra-kernel.ts';
import type { PyannoteFramesInput } from './audio/pyannote-frames-kernel.ts';
import type { ChunkVoicesInput } from './audio/segmentation/chunk-voices-kernel.ts';
import type { SegmentationInput } from './audio/segmentation/segmentation-kernel.ts';
import type { SileroInput } from './audio/silero-kernel.ts';
import type { VoiceCepstraInput } from './audio/voice-cepstra-kernel.ts';
import type { VoiceNetInput } from './audio/voice-nets/voice-net-kernel.ts';
import type {
  SplitNet,
  VoiceHeadInput,
  VoiceNetTrunkInput,
  VoicePartsInput,
} from './audio/voice-nets/voice-net-trunk-kernel.ts';
import type { PoolingStyle } from './audio/voice-nets/statistics-pooling.ts';
import type { VoiceTrunkInput } from './audio/voice-trunk-kernel.ts';
import type { VoiceWindowsInput } from './audio/voice-windows-kernel.ts';
import type { SortformerInput } from './audio/sortformer/sortformer-kernel.ts';
import type { TenMsInput } from './audio/speech-sources/ten-ms-kernel.ts';
import type { WebRtcMode } from './audio/webrtc/webrtc-vad.ts';
import type { AlizeInput } from './cluster/alize/alize-kernel.ts';
import type { ClusterInput, ClusterOutput, DivideInput } from './cluster/cluster-kernel.ts';
import type { VoiceDivisions } from './cluster/voice-divisions.ts';
import type { LabelledSpan } from './cluster/labelled-spans.ts';
import type { LiumInput } from './cluster/lium/lium-kernel.ts';
import type { LocalSpeakersInput } from './cluster/local-speakers/local-speakers-kernel.ts';
import type { PublishedClusterInput } from './cluster/published-kernel.ts';
import type { SequenceInput, SequenceOutput } from './cluster/sequence-kernel.ts';
import type { Kernel } from './kernel.ts';
import type { AvTurnsInput } from './fuse/av-turns-kernel.ts';
import type { FusionResult } from './fuse/av-fusion.ts';
import type { DnsmosInput } from './quality/dnsmos-kernel.ts';
import type { SoundContentInput } from './quality/sound-content-kernel.ts';
import type { SoundLevelsInput } from './quality/sound-levels-kernel.ts';
import type { FaceDetectInput, FaceDetectOutput } from './video/face-detect/face-detect-kernel.ts';
import type { FaceEmbedInput } from './video/identity/face-embed-kernel.ts';
import type { IdentitiesInput, IdentitiesOutput } from './video/identity/identities-kernel.ts';
import type { AvOffsetInput, AvOffsetOutput } from './video/sync/av-offset-kernel.ts';
import type { SyncNetInput } from './video/sync/syncnet-kernel.ts';
import type { FaceTalkingInput } from './video/talking/face-talking-kernel.ts';
import type { JointNetInput } from './video/talking/joint-kernel.ts';
import type { MssgGraphInput } from './video/talking/mssg-kernels.ts';
import type { SpeakerNetInput } from './video/talking/speaker-net-kernel.ts';
import type { FaceVisualInput } from './video/talking/visual-kernel.ts';
import type { SpeechLevelInput } from './video/talking/speech-level-kernel.ts';
import type { FaceViewsInput, FaceViewsOutput } from './video/views/face-views-kernel.ts';

/** name → type of the kernel. */
export interface Kernels {
  /** For tests of the pool: returns its input after `millis`, checking for cancel each 10 ms. */
  'sleep-echo': Kernel<{ millis: number; value: number }, number>;
  'silero-vad': Kernel<SileroInput, Float32Array>;
  'voice-net-windows': Kernel<VoiceNetInput, Float32Array>;
  'voice-net-split-trial': Kernel<SplitNet & { modelPath: string; bands: number }, PoolingStyle | null>;
  'voice-net-trunk': Kernel<VoiceNetTrunkInput, Float32Array>;
  'voice-net-parts': Kernel<VoicePartsInput, Float32Array>;
  'voice-net-head': Kernel<VoiceHeadInput, Float32Array>;
  'published-clusters': Kernel<PublishedClusterInput, ClusterOutput>;
  'pyannote-frames': Kernel<PyannoteFramesInput, Float32Array>;
  'voice-level': Kernel<{ pcmPath: string }, number>;
  'voice-cepstra': Kernel<VoiceCepstraInput, Float32Array>;
  'voice-trunk': Kernel<VoiceTrunkInput, Float32Array>;
  'voice-windows': Kernel<VoiceWindowsInput, Float32Array>;
  'cluster-voices': Kernel<ClusterInput, ClusterOutput>;
  'divide-voices': Kernel<DivideInput, VoiceDivisions>;
  'speaker-sequence': Kernel<SequenceInput, SequenceOutput>;
  'webrtc-vad': Kernel<{ pcmPath: string; mode: WebRtcMode }, Float32Array>;
  'ten-ms-speech': Kernel<TenMsInput, Float32Array>;
  sortformer: Kernel<SortformerInput, Float32Array>;
  cepstra: Kernel<CepstraInput, Float32Array>;
  segmentation: Kernel<SegmentationInput, Float32Array>;
  'chunk-voices': Kernel<ChunkVoicesInput, Float32Array>;
  'local-speakers': Kernel<LocalSpeakersInput, { spans: LabelledSpan[]; count: number }>;
  lium: Kernel<LiumInput, { spans: LabelledSpan[]; count: number }>;
  alize: Kernel<AlizeInput, { spans: LabelledSpan[]; count: number }>;
  'face-detect': Kernel<FaceDetectInput, FaceDetectOutput>;
  'face-views': Kernel<FaceViewsInput, FaceViewsOutput>;
  'speech-level': Kernel<SpeechLevelInput, Float32Array>;
  'av-offset': Kernel<AvOffsetInput, AvOffsetOutput>;
  'face-talking': Kernel<FaceTalkingInput, Float32Array>;
  'face-visual': Kernel<FaceVisualInput, Float32Array>;
  'speaker-net': Kernel<SpeakerNetInput, Float32Array>;
  'joint-net': Kernel<JointNetInput, Float32Array>;
  'mssg-encoder': Kernel<JointNetInput, Float32Array>;
  'mssg-graph': Kernel<MssgGraphInput, Float32Array>;
  syncnet: Kernel<SyncNetInput, Float32Array>;
  'face-embed': Kernel<FaceEmbedInput, Float32Array>;
  'group-tracks': Kernel<IdentitiesInput, IdentitiesOutput>;
  'sound-levels': Kernel<SoundLevelsInput, Float32Array>;
  'sound-content': Kernel<SoundContentInput, Float32Array>;
  dnsmos: Kernel<DnsmosInput, Float32Array>;
  'av-turns': Kernel<AvTurnsInput, FusionResult | null>;
}

/** name → the kernel's module, loaded on first use inside a worker. */
export const kernelLoaders: { readonly [N in KernelName]: () => Promise<Kernels[N]> } = {
  'sleep-echo': async () => (await import('./sleep-echo.ts')).sleepEcho,
  'silero-vad': async () => (await import('./audio/silero-kernel.ts')).sileroVad,
  'voice-net-windows': async () => (await import('./audio/voice-nets/voice-net-kernel.ts')).voiceNetWindows,
  'voice-net-split-trial': async () =>
    (await import('./audio/voice-nets/voice-net-trunk-kernel.ts')).voiceNetSplitTrial,
  'voice-net-trunk': async () => (await import('./audio/voice-nets/voice-net-trunk-kernel.ts')).voiceNetTrunk,
  'voice-net-parts': async () => (await import('./audio/voice-nets/voice-net-trunk-kernel.ts')).voiceNetParts,
  'voice-net-head': async () => (await import('./audio/voice-nets/voice-net-trunk-kernel.ts')).voiceNetHead,
  'published-clusters': async () => (await import('./cluster/published-kernel.ts')).publishedClusters,
  'pyannote-frames': async () => (await import('./audio/pyannote-frames-kernel.ts')).pyannoteFrames,
  'voice-level': async () => (await import('./audio/voice-level-kernel.ts')).voiceLevel,
  'voice-cepstra': async () => (await import('./audio/voice-cepstra-kernel.ts')).voiceCepstra,
  'voice-trunk': async () => (await import('./audio/voice-trunk-kernel.ts')).voiceTrunk,
  'voice-windows': async () => (await import('./audio/voice-windows-kernel.ts')).voiceWindows,
  'divide-voices': async () => (await import('./cluster/cluster-kernel.ts')).divideVoices,
  'cluster-voices': async () => (await import('./cluster/cluster-kernel.ts')).clusterVoices,
  'speaker-sequence': async () => (await import('./cluster/sequence-kernel.ts')).speakerSequenceKernel,
  'webrtc-vad': async () => (await import('./audio/webrtc/webrtc-kernel.ts')).webrtcVad,
  'ten-ms-speech': async () => (await import('./audio/speech-sources/ten-ms-kernel.ts')).tenMsSpeech,
  sortformer: async () => (await import('./audio/sortformer/sortformer-kernel.ts')).sortformer,
  cepstra: async () => (await import('./audio/cepstra/cepstra-kernel.ts')).cepstra,
  segmentation: async () => (await import('./audio/segmentation/segmentation-kernel.ts')).segmentation,
  'chunk-voices': async () => (await import('./audio/segmentation/chunk-voices-kernel.ts')).chunkVoices,
  'local-speakers': async () => (await import('./cluster/local-speakers/local-speakers-kernel.ts')).localSpeakers,
  lium: async () => (await import('./cluster/lium/lium-kernel.ts')).lium,
  alize: async () => (await import('./cluster/alize/alize-kernel.ts')).alize,
  'face-detect': async () => (await import('./video/face-detect/face-detect-kernel.ts')).faceDetect,
  'face-views': async () => (await import('./video/views/face-views-kernel.ts')).faceViews,
  'speech-level': async () => (await import('./video/talking/speech-level-kernel.ts')).speechLevelKernel,
  'av-offset': async () => (await import('./video/sync/av-offset-kernel.ts')).avOffset,
  'face-talking': async () => (await import('./video/talking/face-talking-kernel.ts')).faceTalking,
  'face-visual': async () => (await import('./video/talking/visual-kernel.ts')).faceVisual,
  'speaker-net': async () => (await import('./video/talking/speaker-net-kernel.ts')).speakerNet,
  'joint-net': async () => (await import('./video/talking/joint-kernel.ts')).jointNet,
  'mssg-encoder': async () => (await import('./video/talking/mssg-kernels.ts')).mssgEncoder,
  'mssg-graph': async () => (await import('./video/talking/mssg-kernels.ts')).mssgGraphNet,
  syncnet: async () => (await import('./video/sync/syncnet-kernel.ts')).syncNet,
  'face-embed': async () => (await import('./video/identity/face-embed-kernel.ts')).faceEmbed,
  'group-tracks': async () => (await import('./video/identity/identities-kernel.ts')).groupTracks,
  'sound-levels': async () => (await import('./quality/sound-levels-kernel.ts')).soundLevels,
  'sound-content': async () => (await import('./quality/sound-content-kernel.ts')).soundContent,
  dnsmos: async () => (await import('./quality/dnsmos-kernel.ts')).dnsmos,
  'av-turns': async () => (await import('./fuse/av-turns-kernel.ts')).avTurns,
};

export type KernelName = keyof Kernels;
export type KernelInput<N extends KernelName> = Kernels[N] extends Kernel<infer I, infer _O> ? I : never;
export type KernelOutput<N extends KernelName> = Kernels[N] extends Kernel<infer _I, infer O> ? O : never;
