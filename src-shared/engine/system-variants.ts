/**
 * A system whose speech detection or voice net was exchanged: `lium+vad-silero`, `diarist-audio+vad-webrtc+voice-ecapa`.
 * The id says so wherever the answer is shown.
 */
export interface SystemVariant {
  /** Id of the system itself. */
  base: string;
  vad: SpeechSourceId | null;
  voice: VoiceChoiceId | null;
  /** Borders between turns are moved to where speakers change. */
  refined: boolean;
}

/** Ways to find speech, for `--vad`. */
export const speechSources = [
  { id: 'silero', label: 'Silero', models: ['silero-vad-v6'] },
  { id: 'webrtc', label: 'WebRTC', models: [] },
  { id: 'pyannote', label: 'pyannote speech net', models: ['pyannote-sad-dihard'] },
  { id: 'crdnn', label: 'SpeechBrain CRDNN', models: ['crdnn-vad'] },
  { id: 'fsmn', label: 'FSMN', models: ['fsmn-vad'] },
] as const satisfies readonly { id: string; label: string; models: readonly string[] }[];

/** Voice nets, for `--speaker-model`; `diarist` comes with the app. */
export const voiceChoices = [
  { id: 'diarist', label: 'Diarist voices', model: null },
  { id: 'ecapa', label: 'ECAPA voices', model: 'ecapa-voxceleb' },
  { id: 'resnetse34v2', label: 'ResNetSE34V2 voices', model: 'resnetse34v2' },
  { id: 'wespeaker', label: 'WeSpeaker voices', model: 'wespeaker-resnet34-lm' },
  { id: 'campplus', label: 'CAM++ voices', model: 'campplus-zh-en' },
  { id: 'eres2net', label: 'ERes2Net voices', model: 'eres2net-base' },
  { id: 'redimnet2', label: 'ReDimNet2 voices', model: 'redimnet2' },
  { id: 'bilstm', label: 'BiLSTM voices', model: 'bilstm-librispeech' },
  // What it is fed is said by `--set embeddings.frontEnd=…`.
  { id: 'custom', label: 'voices by an added net', model: 'custom-voice' },
] as const satisfies readonly { id: string; label: string; model: string | null }[];

export type SpeechSourceId = (typeof speechSources)[number]['id'];
export type VoiceChoiceId = (typeof voiceChoices)[number]['id'];

/** The option that puts a net into other systems than its own, `--vad pyannote`; null for a net that is no choice. */
export function optionFor(modelId: string): string | null {
  const vad = speechSources.find(({ models }) => (models as readonly string[]).includes(modelId));
  if (vad) return `--vad ${vad.id}`;
  const voice = voiceChoices.find(({ model }) => model === modelId);
  return voice ? `--speaker-model ${voice.id}` : null;
}

/** The id of a variant; the base's own when nothing is exchanged. */
export function variantId({ base, vad, voice, refined }: SystemVariant): string {
  const parts = [vad === null ? '' : `+vad-${vad}`, voice === null ? '' : `+voice-${voice}`];
  return `${base}${parts.join('')}${refined ? '+refined' : ''}`;
}

/** What an id means; null when what follows a `+` is not known. */
export function parseVariant(id: string): SystemVariant | null {
  const [base, ...parts] = id.split('+') as [string, ...string[]];
  const variant: SystemVariant = { base, vad: null, voice: null, refined: false };
  for (const part of parts) {
    const vad = speechSources.find((source) => part === `vad-${source.id}`);
    const voice = voiceChoices.find((choice) => part === `voice-${choice.id}`);
    if (variant.refined) return null;
    if (vad && variant.vad === null && variant.voice === null) variant.vad = vad.id;
    else if (voice && variant.voice === null) variant.voice = voice.id;
    else if (part === 'refined') variant.refined = true;
    else return null;
  }
  return variant;
}

/** What a variant is called after its system: ` (WebRTC, ECAPA voices)`. */
export function variantSuffix({ vad, voice, refined }: Omit<SystemVariant, 'base'>): string {
  const names = [
    speechSources.find((source) => source.id === vad)?.label,
    voiceChoices.find((choice) => choice.id === voice)?.label,
    refined ? 'borders refined' : undefined,
  ].filter((name) => name !== undefined);
  return names.length > 0 ? ` (${names.join(', ')})` : '';
}
