import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { idleState } from './player-state.ts';
import { Player, usePlayer } from './player.ts';
import { ShiftedSound } from './shifted-sound.ts';
import { FakeMedia } from './testing/fake-media.ts';

const withMuted = () => Object.assign(new FakeMedia(), { muted: false, ended: false, preload: '' });
let picture: ReturnType<typeof withMuted>;
let sound: ReturnType<typeof withMuted>;

beforeEach(() => {
  picture = withMuted();
  sound = withMuted();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const shift = (offsetSec: number) => new ShiftedSound(picture.asElement(), '/media/1', offsetSec, sound.asElement());
const tell = (type: string) => picture.dispatchEvent(new Event(type));

it('plays the sound that belongs to the picture, and gives the picture its own back', () => {
  const shifted = shift(0.2);
  expect(picture.muted).toBe(true);
  picture.currentTime = 10;
  void picture.play();
  expect(sound.paused).toBe(false);
  expect(sound.currentTime).toBeCloseTo(10.2, 6);
  picture.pause();
  expect(sound.paused).toBe(true);
  shifted.dispose();
  expect(picture.muted).toBe(false);
});

it('puts right what has drifted by a frame, and leaves less alone', () => {
  shift(-0.12);
  picture.currentTime = 10;
  void picture.play();
  const before = sound.seeks.length;
  sound.advance(0.03);
  tell('timeupdate');
  expect(sound.seeks.length).toBe(before);
  sound.advance(0.03);
  tell('timeupdate');
  expect(sound.currentTime).toBeCloseTo(9.88, 6);
});

it('is silent where the sound has not begun, and comes in when it does', () => {
  shift(-0.5);
  void picture.play();
  expect(sound.paused).toBe(true);
  picture.advance(0.6);
  tell('timeupdate');
  expect(sound.paused).toBe(false);
  expect(sound.currentTime).toBeCloseTo(0.1, 6);
});

it('keeps the times of the player those of the sound', () => {
  const made: FakeMedia[] = [];
  vi.stubGlobal('Audio', function () {
    made.push(withMuted());
    return made.at(-1);
  });
  usePlayer.setState(idleState);
  const player = new Player();
  player.load({ fileName: 'talk.mp4', url: '/media/1', note: null, hasPicture: true, durationSec: 100 });
  const detach = player.attach(picture.asElement());
  picture.dispatchEvent(new Event('loadedmetadata'));
  player.seek(20);
  player.setOffset(0.08);
  expect(picture.currentTime).toBeCloseTo(19.92, 6);
  picture.present(19.92);
  expect(player.presentedSec()).toBeCloseTo(19.92, 6);
  expect(player.currentSec()).toBeCloseTo(20, 6);
  player.play();
  picture.advance(0.04);
  picture.present(19.96);
  expect(player.currentSec()).toBeCloseTo(20.04, 6);
  player.pause();
  player.setOffset(0);
  expect(picture.currentTime).toBeCloseTo(20.04, 6);
  expect(made[0]!.paused).toBe(true);
  detach();
});
