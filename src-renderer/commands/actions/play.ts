import { i18next } from '../../i18n/index.ts';
import { ports } from '../ports.ts';
import { focused, review, reviewing } from '../action.ts';
import type { Action } from '../action.ts';

/** Half the span heard around an edge. */
const aroundSec = 0.5;
const rates = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4];

function stepRate(direction: 1 | -1): void {
  const now = ports.player.rate();
  const next = direction === 1 ? rates.find((rate) => rate > now + 0.01) : rates.findLast((rate) => rate < now - 0.01);
  setRate(next ?? now);
}

function setRate(rate: number): void {
  ports.player.setRate(rate);
  review().say(i18next.t('say.rate', { rate }));
}

function seekBy(sec: number): void {
  const { currentSec, durationSec, seek } = ports.player;
  seek(Math.max(0, Math.min(durationSec(), currentSec() + sec)));
}

function playAround(sec: number): void {
  ports.player.playSpan(Math.max(0, sec - aroundSec), sec + aroundSec);
}

function selectionSpan(): { startSec: number; endSec: number } | undefined {
  const { selection, segment } = review();
  const segments = [...selection.segmentIds].map(segment).filter((one) => one !== undefined);
  if (segments.length === 0) return undefined;
  return {
    startSec: Math.min(...segments.map((one) => one.startSec)),
    endSec: Math.max(...segments.map((one) => one.endSec)),
  };
}

const act = (run: () => void): Action => ({ when: reviewing, run });

export const playActions = {
  'play.toggle': act(() => ports.player.toggle()),
  'play.selection': act(() => {
    const span = focused() && selectionSpan();
    if (span) ports.player.playSpan(span.startSec, span.endSec);
  }),
  'play.loop': act(() => {
    const loop = !ports.player.loop();
    ports.player.setLoop(loop);
    review().say(i18next.t(loop ? 'say.loopOn' : 'say.loopOff'));
  }),
  'play.shuttleBack': act(() => ports.player.shuttle(-1)),
  'play.shuttleForward': act(() => ports.player.shuttle(1)),
  'play.aroundStart': act(() => {
    const segment = focused();
    if (segment) playAround(segment.startSec);
  }),
  'play.aroundEnd': act(() => {
    const segment = focused();
    if (segment) playAround(segment.endSec);
  }),
  'play.slower': act(() => stepRate(-1)),
  'play.faster': act(() => stepRate(1)),
  'play.normalSpeed': act(() => setRate(1)),
  'seek.back': act(() => seekBy(-1)),
  'seek.forward': act(() => seekBy(1)),
  'seek.backFar': act(() => seekBy(-5)),
  'seek.forwardFar': act(() => seekBy(5)),
  'seek.backFine': act(() => seekBy(-0.1)),
  'seek.forwardFine': act(() => seekBy(0.1)),
  'seek.start': act(() => ports.player.seek(0)),
  'seek.end': act(() => ports.player.seek(ports.player.durationSec())),
  'frame.back': act(() => ports.player.stepFrame(-1)),
  'frame.forward': act(() => ports.player.stepFrame(1)),
  'frame.backTen': act(() => ports.player.stepFrame(-10)),
  'frame.forwardTen': act(() => ports.player.stepFrame(10)),
  'view.zoomSelection': act(() => {
    const span = focused() && selectionSpan();
    if (span) ports.timeline.zoomTo(span);
  }),
  'view.zoomFit': act(() => ports.timeline.fit()),
  'view.zoomIn': act(() => ports.timeline.zoomAbout(1.5)),
  'view.zoomOut': act(() => ports.timeline.zoomAbout(1 / 1.5)),
} satisfies Record<string, Action>;
