import { isDoubtful } from '#shared/domain/doubt.ts';
import type { Segment } from '#shared/domain/records.ts';
import { i18next } from '../../i18n/index.ts';
import { neighbour, overlappingIds } from '../../state/derive.ts';
import { app, review, reviewing } from '../action.ts';
import type { Action } from '../action.ts';
import { ports } from '../ports.ts';

export type Direction = 1 | -1;

export function show(segment: Segment): void {
  review().select([segment.id]);
  ports.timeline.scrollTo(segment);
  if (!review().playOnSelect) ports.player.seek(segment.startSec);
}

/** The next doubtful segment from here, if any. */
export function findDoubt(direction: Direction): Segment | undefined {
  const { segments, selection } = review();
  const limit = app().settings.doubtLimit;
  const from = { focusId: selection.focusId, timeSec: ports.player.currentSec() };
  return neighbour(segments, from, direction, (segment) => isDoubtful(segment, limit));
}

function go(direction: Direction, wanted: (segment: Segment) => boolean, none: string): void {
  const { segments, selection, say } = review();
  const from = { focusId: selection.focusId, timeSec: ports.player.currentSec() };
  const found = neighbour(segments, from, direction, wanted);
  if (found) show(found);
  else say(none);
}

function goOverlap(direction: Direction): void {
  const { segments } = review();
  const overlapping = overlappingIds(segments);
  const none = i18next.t(direction === 1 ? 'say.noMoreOverlap' : 'say.noEarlierOverlap');
  go(direction, (segment) => overlapping.has(segment.id), none);
}

function goDoubt(direction: Direction): void {
  const found = findDoubt(direction);
  if (found) show(found);
  else review().say(i18next.t(direction === 1 ? 'say.noMoreDoubt' : 'say.noEarlierDoubt'));
}

function goNext(direction: Direction): void {
  go(direction, () => true, i18next.t(direction === 1 ? 'say.lastSegment' : 'say.firstSegment'));
}

function extend(direction: Direction): void {
  const { segments, selection, select } = review();
  const from = { focusId: selection.focusId, timeSec: ports.player.currentSec() };
  const found = neighbour(segments, from, direction);
  if (!found) return;
  select([...selection.segmentIds, found.id], { focusId: found.id, play: false });
  ports.timeline.scrollTo(found);
}

const act = (run: () => void): Action => ({ when: reviewing, run });

export const moveActions = {
  'segment.next': act(() => goNext(1)),
  'segment.previous': act(() => goNext(-1)),
  'segment.extendNext': act(() => extend(1)),
  'segment.extendPrevious': act(() => extend(-1)),
  'doubt.next': act(() => goDoubt(1)),
  'doubt.previous': act(() => goDoubt(-1)),
  'overlapping.next': act(() => goOverlap(1)),
  'overlapping.previous': act(() => goOverlap(-1)),
  'selection.all': act(() => {
    const { segments, select, say } = review();
    select(
      segments.map((segment) => segment.id),
      { play: false },
    );
    say(i18next.t('say.selectedAll', { count: segments.length }));
  }),
  'selection.clear': {
    when: () => reviewing() && review().selection.segmentIds.size > 0,
    run: () => {
      ports.player.pause();
      review().clearSelection();
    },
  },
} satisfies Record<string, Action>;
