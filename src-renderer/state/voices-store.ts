import { create } from 'zustand';
import type { ApiClient, EnrolledVoiceInfo, SpeakerProposal } from '#shared/api/contract.ts';
import { toErrorData } from '#shared/api/errors.ts';
import type { Speaker } from '#shared/domain/records.ts';
import { useAppStore } from './app-store.ts';
import { useReviewStore, type ReviewState } from './review-store.ts';
import { viewMemory } from './view-memory.ts';

const dismissedKey = 'voices.dismissed';

export interface VoicesState {
  /** Enrolled voices by name; null until the host has told. */
  voices: readonly EnrolledVoiceInfo[] | null;
  /** What the voices of the open file are compared as, by speaker id. */
  proposals: ReadonlyMap<string, SpeakerProposal>;
  /** The voices are being compared. */
  comparing: boolean;
  /** Names a person did not want for a speaker: speaker id → name. */
  dismissed: Readonly<Record<string, string>>;
}

export const useVoices = create<VoicesState>()(() => ({
  voices: null,
  proposals: new Map(),
  comparing: false,
  dismissed: {},
}));

/** What is said about the voice of a speaker in the list. */
export type VoiceHint =
  | { kind: 'name'; name: string; margin: number | null; likeness: number; mergeIntoId: string | null }
  | { kind: 'unknown'; nearest: string; likeness: number };

/**
 * A name where an enrolled voice is clearly nearest, "unknown" where none is; nothing for who has a name by a person, or
 * whose proposal was dismissed.
 */
export function voiceHint(
  speaker: Speaker,
  speakers: readonly Speaker[],
  { proposals, dismissed }: Pick<VoicesState, 'proposals' | 'dismissed'>,
): VoiceHint | null {
  const proposal = proposals.get(speaker.id);
  if (!proposal || speaker.origin === 'human') return null;
  const { name, nearest, likeness, margin } = proposal;
  if (name === null) return { kind: 'unknown', nearest, likeness };
  if (name === speaker.name || dismissed[speaker.id] === name) return null;
  // One voice that was split into two speakers: the second goes into the one that has the name.
  const mergeIntoId = speakers.find((other) => other.id !== speaker.id && other.name === name)?.id ?? null;
  return { kind: 'name', name, margin, likeness, mergeIntoId };
}

/** The proposed name becomes the speaker's: one edit, undone like any other. */
export function acceptName(speaker: Speaker): Promise<unknown> | undefined {
  const { speakers, apply } = useReviewStore.getState();
  const hint = voiceHint(speaker, speakers, useVoices.getState());
  if (hint?.kind !== 'name') return undefined;
  return hint.mergeIntoId === null
    ? apply({ op: 'speaker.rename', speakerId: speaker.id, name: hint.name })
    : apply({ op: 'speaker.merge', fromIds: [speaker.id], intoId: hint.mergeIntoId });
}

/** The proposal is not shown again, not after a restart either. */
export function dismissName(speaker: Speaker): void {
  const name = useVoices.getState().proposals.get(speaker.id)?.name;
  if (name == null) return;
  const dismissed = { ...useVoices.getState().dismissed, [speaker.id]: name };
  useVoices.setState({ dismissed });
  viewMemory.set(dismissedKey, dismissed);
}

/** What a comparison depends on: not the names, and not each border that is moved. Null = nothing to compare. */
function subjectOf({ media, loadState, segments, speakers }: ReviewState): string | null {
  if (!media || loadState !== 'ready' || media.state === 'missing' || segments.length === 0) return null;
  const made = [...new Set(segments.map(({ hypothesisId }) => hypothesisId))].sort();
  return JSON.stringify([media.id, speakers.map(({ id }) => id), made]);
}

/** Keeps enrolled voices and proposals true. Returns the function that lets go. */
export function followVoices(api: ApiClient): () => void {
  let subject: string | null = null;
  let serial = 0;
  const compare = (): void => {
    const { media, say } = useReviewStore.getState();
    const own = ++serial;
    const kept = viewMemory.get(dismissedKey);
    const dismissed = typeof kept === 'object' ? (kept as Record<string, string>) : {};
    useVoices.setState({ proposals: new Map(), comparing: false, dismissed });
    if (subject === null || !media || !useVoices.getState().voices?.length) return;
    useVoices.setState({ comparing: true });
    api.call('voices.proposals', { mediaId: media.id }).then(
      (proposals) => {
        if (own !== serial) return;
        useVoices.setState({
          comparing: false,
          proposals: new Map(proposals.map((proposal) => [proposal.speakerId, proposal])),
        });
      },
      (thrown: unknown) => {
        if (own !== serial) return;
        useVoices.setState({ comparing: false });
        const error = toErrorData(thrown);
        if (error.code !== 'cancelled') say(error.message, 'problem', error);
      },
    );
  };
  const load = (): void => {
    api.call('voices.list', {}).then(
      (voices) => {
        useVoices.setState({ voices });
        compare();
      },
      (thrown: unknown) => {
        useVoices.setState({ voices: [] });
        useAppStore.getState().report(thrown);
      },
    );
  };
  const stops = [
    api.on((event) => {
      if (event.type === 'voices.changed') load();
    }),
    useReviewStore.subscribe((state, before) => {
      const same =
        state.segments === before.segments &&
        state.speakers === before.speakers &&
        state.media === before.media &&
        state.loadState === before.loadState;
      const next = same ? subject : subjectOf(state);
      if (next === subject) return;
      subject = next;
      compare();
    }),
  ];
  subject = subjectOf(useReviewStore.getState());
  load();
  return () => {
    serial += 1;
    for (const stop of stops) stop();
  };
}
