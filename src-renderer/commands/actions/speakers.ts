import { i18next } from '../../i18n/index.ts';
import type { Speaker } from '#shared/domain/records.ts';
import { acceptName, dismissName, useVoices, voiceHint } from '../../state/voices-store.ts';
import { speakerOfDigit } from '../../state/derive.ts';
import { app, focused, review, reviewing } from '../action.ts';
import type { Action } from '../action.ts';
import type { CommandId } from '../catalogue.ts';

type DigitId = Extract<CommandId, `assign.${string}` | `overlap.${string}`>;

/** Assign the selection (or make it overlap); with nothing selected, choose who gets new segments. */
async function giveTo(digit: number, kind: 'segment.assign' | 'segment.addOverlap'): Promise<void> {
  const { speakers, selection, apply, say, setTargetSpeaker } = review();
  const speaker = speakerOfDigit(speakers, digit);
  if (!speaker) {
    say(i18next.t('say.noSpeakerOnDigit', { digit }));
    return;
  }
  if (selection.segmentIds.size === 0) {
    setTargetSpeaker(speaker.id);
    say(i18next.t('say.targetSet', { name: speaker.name }));
    return;
  }
  await apply({ op: kind, segmentIds: [...selection.segmentIds], speakerId: speaker.id });
}

const digitActions = Object.fromEntries(
  ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0'].flatMap((digit) => [
    [`assign.d${digit}`, { when: reviewing, run: () => giveTo(Number(digit), 'segment.assign') }],
    [`overlap.d${digit}`, { when: reviewing, run: () => giveTo(Number(digit), 'segment.addOverlap') }],
  ]),
) as Record<DigitId, Action>;

/** Asked for by `speaker.rename`; the speaker list shows its field (features/review/SpeakerList.tsx). */
export const renameRequest = new EventTarget();

/** The target, where a name is proposed for it; else the first one that has a proposal. Says so when there is none. */
function proposedSpeaker(): Speaker | undefined {
  const { speakers, targetSpeakerId, say, setTargetSpeaker } = review();
  const isProposed = (speaker: Speaker): boolean => voiceHint(speaker, speakers, useVoices.getState())?.kind === 'name';
  const target = speakers.find(({ id }) => id === targetSpeakerId);
  const found = target && isProposed(target) ? target : speakers.find(isProposed);
  if (!found) say(i18next.t('say.noProposal'));
  else if (found !== target) setTargetSpeaker(found.id);
  return found;
}

export const speakerActions = {
  ...digitActions,
  'speaker.pick': {
    when: reviewing,
    run: () => {
      if (focused()) app().openOverlay('pick-speaker');
    },
  },
  'speaker.add': {
    when: reviewing,
    run: async () => {
      const change = await review().apply({ op: 'speaker.add' });
      const added = change?.diff.added.find((record) => record.kind === 'speaker');
      if (added) {
        review().setTargetSpeaker(added.id);
        renameRequest.dispatchEvent(new CustomEvent('rename', { detail: added.id }));
      }
    },
  },
  'speaker.rename': {
    when: () => reviewing() && review().targetSpeakerId !== null,
    run: () => {
      renameRequest.dispatchEvent(new CustomEvent('rename', { detail: review().targetSpeakerId }));
    },
  },
  'speaker.acceptName': {
    when: reviewing,
    run: () => {
      const speaker = proposedSpeaker();
      return speaker && acceptName(speaker);
    },
  },
  'speaker.dismissName': {
    when: reviewing,
    run: () => {
      const speaker = proposedSpeaker();
      if (!speaker) return;
      const name = useVoices.getState().proposals.get(speaker.id)?.name;
      dismissName(speaker);
      review().say(i18next.t('say.dismissed', { name, speaker: speaker.name }));
    },
  },
  'speaker.voices': { run: () => app().openOverlay('voices') },
  'speaker.count': {
    when: reviewing,
    run: () => app().openOverlay('set-count'),
  },
  'speaker.merge': {
    when: reviewing,
    run: () => {
      if (review().speakers.length < 2) review().say(i18next.t('say.mergeNeedsTwo'));
      else app().openOverlay('merge-speakers');
    },
  },
} satisfies Record<string, Action>;
