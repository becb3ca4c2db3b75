import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Player, usePlayer } from './player.ts';
import { idleState } from './player-state.ts';
import { FakeMedia } from './testing/fake-media.ts';

let player: Player;
let media: FakeMedia;
let detach: () => void;
const source = { fileName: 'talk.mp4', url: '/media/1', note: null, hasPicture: true, durationSec: 100 };

function open(hasPicture = true): void {
  player = new Player();
  media = new FakeMedia(hasPicture);
  player.load({ ...source, hasPicture });
  detach = player.attach(media.asElement());
  media.dispatchEvent(new Event('loadedmetadata'));
}

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame', 'performance'],
  });
  usePlayer.setState(idleState);
  open();
});
afterEach(() => {
  detach();
  vi.useRealTimers();
});

describe('the clock', () => {
  it('shows the time of the frame on the screen while playing, not the element’s', () => {
    const times: number[] = [];
    player.onTime((sec) => times.push(sec));
    player.play();
    media.advance(0.07);
    media.present(0.04);
    vi.advanceTimersByTime(17);
    media.advance(0.04);
    media.present(0.08);
    expect(times).toEqual([0.04, 0.08]);
    expect(player.presentedSec()).toBe(0.08);
  });

  it('goes by the element where there is no picture', () => {
    detach();
    open(false);
    player.play();
    media.advance(0.5);
    vi.advanceTimersByTime(17);
    expect(player.currentSec()).toBe(0.5);
    expect(player.presentedSec()).toBe(0.5);
  });

  it('goes by the element when pictures stay away while sound goes on', () => {
    player.play();
    media.advance(2);
    vi.advanceTimersByTime(17);
    expect(player.currentSec()).toBe(0);
    vi.advanceTimersByTime(400);
    expect(player.currentSec()).toBe(2);
  });

  it('stays where it was put while paused, whichever frame is shown there', () => {
    player.seek(4.17);
    media.present(4.16);
    expect(player.currentSec()).toBe(4.17);
    expect(player.presentedSec()).toBe(4.16);
  });

  it('rests on the frame one sees when pausing', () => {
    player.play();
    media.advance(1.03);
    media.present(1);
    player.pause();
    expect(media.currentTime).toBe(1);
    expect(player.currentSec()).toBe(1);
  });
});

describe('playing a span', () => {
  it('begins at its start and stops exactly at its end', () => {
    player.playSpan(10, 12.345);
    expect(media.currentTime).toBe(10);
    expect(player.state.playing).toBe(true);
    media.advance(2.33);
    vi.advanceTimersByTime(14);
    expect(player.state.playing).toBe(true);
    vi.advanceTimersByTime(3);
    expect(media.paused).toBe(true);
    expect(player.currentSec()).toBe(12.345);
    expect(media.currentTime).toBe(12.345);
    expect(player.state).toMatchObject({ playing: false, span: null });
  });

  it('stops also in a hidden window, which gets no frames', () => {
    player.playSpan(10, 12);
    media.advance(2.2);
    expect(media.paused).toBe(true);
    expect(player.currentSec()).toBe(12);
  });

  it('begins again with loop', () => {
    player.playSpan(10, 11, { loop: true });
    media.advance(1);
    expect(media.paused).toBe(false);
    expect(media.currentTime).toBe(10);
    expect(player.state.span).toEqual({ startSec: 10, endSec: 11 });
  });

  it.each([
    ['while it is heard', 0.3],
    ['after it has ended', 3],
  ])('ends when one goes elsewhere %s: the playhead stands there', (_, heardSec) => {
    player.playSpan(10, 12);
    media.advance(heardSec);
    player.seek(0);
    player.seek(5);
    expect(media.paused).toBe(true);
    expect(player.state).toMatchObject({ span: null, playing: false });
    expect(player.currentSec()).toBe(5);
    expect(media.currentTime).toBe(5);
  });

  it('goes on when one goes about within it, as plain playing does everywhere', () => {
    player.playSpan(10, 12);
    player.seek(11.5);
    expect(media.paused).toBe(false);
    media.advance(0.6);
    expect(player.currentSec()).toBe(12);
    player.play();
    player.seek(50);
    expect(media.paused).toBe(false);
    expect(player.state.playing).toBe(true);
  });

  it('refuses a span of no length', () => {
    player.playSpan(10, 10);
    expect(media.paused).toBe(true);
  });
});

describe('speed and shuttle', () => {
  it('keeps pitch and stays within 0.25–4', () => {
    expect(media.preservesPitch).toBe(true);
    player.setRate(9);
    expect(media.playbackRate).toBe(4);
    player.setRate(0.01);
    expect(player.state.rate).toBe(0.25);
    player.stepRate(1);
    expect(player.state.rate).toBe(0.5);
  });

  it('doubles with each L and returns to the set speed after K', () => {
    player.setRate(1.5);
    player.shuttle(1);
    expect(media.playbackRate).toBe(1);
    player.shuttle(1);
    player.shuttle(1);
    expect(media.playbackRate).toBe(4);
    player.shuttle(0);
    expect(media.paused).toBe(true);
    player.play();
    expect(media.playbackRate).toBe(1.5);
  });

  it('runs backwards with J, waiting for each picture', () => {
    player.seek(20);
    media.present(20);
    player.shuttle(-1);
    expect(player.state).toMatchObject({ playing: true, shuttle: -1 });
    vi.advanceTimersByTime(100);
    const before = media.seeks.length;
    const first = player.currentSec();
    expect(first).toBeLessThan(20);
    vi.advanceTimersByTime(100);
    expect(media.seeks.length).toBe(before);
    media.present(first);
    vi.advanceTimersByTime(17);
    expect(player.currentSec()).toBeLessThan(19.81);
    player.shuttle(-1);
    expect(player.state.shuttle).toBe(-2);
    player.shuttle(0);
    expect(player.state).toMatchObject({ playing: false, shuttle: 0 });
  });

  it.each([
    ['forwards again', () => player.play(), { shuttle: 0 }],
    ['backwards', () => player.shuttle(-1), { shuttle: -1 }],
  ])('is told as playing when a start that was overtaken fails while it plays %s', async (_, next, state) => {
    vi.spyOn(media, 'play').mockImplementationOnce(() => {
      media.paused = false;
      return Promise.reject(new DOMException('overtaken', 'AbortError'));
    });
    player.seek(20);
    player.play();
    player.pause();
    next();
    await Promise.resolve().then(() => undefined);
    media.dispatchEvent(new Event('pause'));
    expect(player.state).toMatchObject({ playing: true, ...state });
    player.toggle();
    expect(player.state.playing).toBe(false);
  });

  it('stops at the beginning of the file', () => {
    player.seek(0.05);
    media.present(0.04);
    player.shuttle(-1);
    vi.advanceTimersByTime(1000);
    expect(player.currentSec()).toBe(0);
    expect(player.state.playing).toBe(false);
  });
});

describe('frames', () => {
  it('steps by the frame table, which need not be even', () => {
    player.setFrameTimes(Float64Array.of(0, 0.04, 0.1, 0.11, 0.5));
    player.seek(0.1);
    player.stepFrame(1);
    expect(player.currentSec()).toBeGreaterThanOrEqual(0.11);
    expect(player.currentSec()).toBeLessThan(0.12);
    player.stepFrame(-2);
    expect(player.currentSec()).toBeCloseTo(0.041, 3);
    player.stepFrame(-10);
    expect(player.currentSec()).toBeLessThan(0.04);
    player.stepFrame(99);
    expect(player.currentSec()).toBeCloseTo(0.501, 3);
  });
});

describe('files', () => {
  it('stays at its place when a review copy takes over', () => {
    player.seek(33);
    player.load({ ...source, url: '/proxy/1' });
    expect(player.currentSec()).toBe(33);
    media.dispatchEvent(new Event('loadedmetadata'));
    expect(media.currentTime).toBe(33);
  });

  it('begins at the start of another file', () => {
    player.seek(33);
    player.load({ ...source, fileName: 'other.mp4', url: '/media/2' });
    expect(player.currentSec()).toBe(0);
  });

  it('says what happened, to which file, and the way out', () => {
    player.play();
    media.error = { code: 3, message: 'PIPELINE_ERROR_DECODE' };
    media.dispatchEvent(new Event('error'));
    expect(player.state).toMatchObject({ status: 'error', playing: false });
    expect(player.state.error).toMatchObject({ file: 'talk.mp4', detail: 'PIPELINE_ERROR_DECODE' });
    expect(player.state.error?.fix).toBeTruthy();
    player.reload();
    expect(player.state).toMatchObject({ status: 'loading', error: null });
  });

  it('lets go of the element: no source, no callbacks, no timers', () => {
    player.playSpan(1, 2);
    detach();
    expect(media.src).toBe('');
    expect(media.pendingFrameCallbacks).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    media.dispatchEvent(new Event('play'));
    expect(player.state.playing).toBe(false);
  });
});
