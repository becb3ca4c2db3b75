import type { Segment } from '#shared/domain/records.ts';
import { i18next } from '../../i18n/index.ts';
import { focused, review, reviewing, speakerName } from '../action.ts';
import type { Action } from '../action.ts';
import { ports } from '../ports.ts';
import { findDoubt, show } from './move.ts';

const nudgeSec = 0.02;
const bigNudgeSec = 0.2;
/** Length of a segment added by key, where nothing is in the way. */
const addedSec = 2;
const shortestSec = 0.01;

const selectedIds = (): string[] => [...review().selection.segmentIds];

async function setTimes(segment: Segment, startSec: number, endSec: number): Promise<void> {
  const { media, say, apply } = review();
  const start = Math.max(0, startSec);
  const end = Math.min(media?.probe.durationSec ?? endSec, endSec);
  if (end - start < shortestSec) {
    say(i18next.t(startSec === segment.startSec ? 'say.endBeforeStart' : 'say.startAfterEnd'));
    return;
  }
  await apply({ op: 'segment.setTimes', segmentId: segment.id, startSec: start, endSec: end });
}

function nudge(edge: 'start' | 'end', bySec: number): Action {
  return {
    when: reviewing,
    run: () => {
      const segment = focused();
      if (!segment) return undefined;
      const { startSec, endSec } = segment;
      return edge === 'start'
        ? setTimes(segment, startSec + bySec, endSec)
        : setTimes(segment, startSec, endSec + bySec);
    },
  };
}

/** Merge the selection, or the focused segment with its neighbour of the same speaker. */
async function merge(direction: 1 | -1): Promise<void> {
  const { segments, apply, say, selection } = review();
  if (selection.segmentIds.size > 1) {
    await apply({ op: 'segment.merge', segmentIds: selectedIds() });
    return;
  }
  const segment = focused();
  if (!segment) return;
  const lane = segments.filter((other) => other.speakerId === segment.speakerId);
  const other = lane[lane.indexOf(segment) + direction];
  if (!other) {
    const name = speakerName(segment.speakerId);
    say(i18next.t(direction === 1 ? 'say.noNextOfSpeaker' : 'say.noPreviousOfSpeaker', { name }));
    return;
  }
  await apply({ op: 'segment.merge', segmentIds: [segment.id, other.id] });
}

async function add(): Promise<void> {
  const { segments, targetSpeakerId, media, apply, say, select } = review();
  if (targetSpeakerId === null || !media) {
    say(i18next.t('say.noSpeaker'));
    return;
  }
  const startSec = ports.player.currentSec();
  const lane = segments.filter((segment) => segment.speakerId === targetSpeakerId);
  if (lane.some((segment) => segment.startSec <= startSec && segment.endSec > startSec)) {
    say(i18next.t('say.noRoom', { name: speakerName(targetSpeakerId) }));
    return;
  }
  const next = lane.find((segment) => segment.startSec > startSec);
  const endSec = Math.min(startSec + addedSec, next?.startSec ?? Infinity, media.probe.durationSec);
  const change = await apply({ op: 'segment.add', speakerId: targetSpeakerId, startSec, endSec });
  const added = change?.diff.added.find((record) => record.kind === 'segment');
  if (added) select([added.id], { play: false });
}

async function split(): Promise<void> {
  const segment = focused();
  if (!segment) return;
  const atSec = ports.player.currentSec();
  const { apply, say, select } = review();
  if (atSec <= segment.startSec + shortestSec || atSec >= segment.endSec - shortestSec) {
    say(i18next.t('say.playheadOutside'));
    return;
  }
  const change = await apply({ op: 'segment.split', segmentId: segment.id, atSec });
  // The later half: what one is about to reassign.
  const parts = [...(change?.diff.added ?? []), ...(change?.diff.updated.map((update) => update.to) ?? [])];
  const later = parts.filter((record) => record.kind === 'segment').find((record) => record.startSec >= atSec - 0.001);
  if (later) select([later.id], { play: false });
}

async function accept(): Promise<void> {
  if (!focused()) return;
  const next = findDoubt(1);
  const change = await review().apply({ op: 'segment.review', segmentIds: selectedIds(), review: 'accepted' });
  if (change && next) show(next);
}

export const editActions = {
  'segment.accept': { when: reviewing, run: accept },
  'segment.doubt': {
    when: reviewing,
    run: () => focused() && review().apply({ op: 'segment.review', segmentIds: selectedIds(), review: 'doubtful' }),
  },
  'segment.add': { when: reviewing, run: add },
  'segment.split': { when: reviewing, run: split },
  'segment.mergeNext': { when: reviewing, run: () => merge(1) },
  'segment.mergePrevious': { when: reviewing, run: () => merge(-1) },
  'segment.delete': {
    when: reviewing,
    run: () => focused() && review().apply({ op: 'segment.delete', segmentIds: selectedIds() }),
  },
  'edge.startHere': {
    when: reviewing,
    run: () => {
      const segment = focused();
      return segment && setTimes(segment, ports.player.currentSec(), segment.endSec);
    },
  },
  'edge.endHere': {
    when: reviewing,
    run: () => {
      const segment = focused();
      return segment && setTimes(segment, segment.startSec, ports.player.currentSec());
    },
  },
  'edge.startEarlier': nudge('start', -nudgeSec),
  'edge.startLater': nudge('start', nudgeSec),
  'edge.endEarlier': nudge('end', -nudgeSec),
  'edge.endLater': nudge('end', nudgeSec),
  'edge.startMuchEarlier': nudge('start', -bigNudgeSec),
  'edge.startMuchLater': nudge('start', bigNudgeSec),
  'edge.endMuchEarlier': nudge('end', -bigNudgeSec),
  'edge.endMuchLater': nudge('end', bigNudgeSec),
  'edit.undo': {
    when: reviewing,
    run: () => followChange(review().undo()),
  },
  'edit.redo': {
    when: reviewing,
    run: () => followChange(review().redo()),
  },
} satisfies Record<string, Action>;

/** Undo and redo show the place they changed. */
async function followChange(change: ReturnType<ReturnType<typeof review>['undo']>): Promise<void> {
  const span = (await change)?.span;
  if (span) ports.timeline.scrollTo(span);
}
