import { Scope } from '../timeline/scope.ts';

/** Further apart than this while playing, the sound is put right: one frame of 25 a second. */
const toleranceSec = 0.04;

/**
 * The sound of a file whose sound and picture do not lie together: the picture's own sound is muted and a second element
 * plays the same file so much later or earlier. The picture leads; the sound follows its play, pause, speed and seeks, and
 * is put right when it drifts by a frame. Labels are of the sound and stay as they are.
 */
export class ShiftedSound {
  private readonly scope = new Scope();
  private readonly picture: HTMLMediaElement;
  private readonly sound: HTMLMediaElement;
  private readonly offsetSec: number;
  private readonly wasMuted: boolean;

  /**
   * @param offsetSec > 0: the sound comes later in the file than the picture
   * @param sound an element of its own, for tests; the default plays the same address
   */
  constructor(picture: HTMLMediaElement, url: string, offsetSec: number, sound: HTMLMediaElement = new Audio()) {
    this.picture = picture;
    this.sound = sound;
    this.offsetSec = offsetSec;
    this.wasMuted = picture.muted;
    picture.muted = true;
    sound.preload = 'auto';
    sound.preservesPitch = true;
    sound.src = url;
    const align = () => this.align();
    for (const type of [
      'play',
      'playing',
      'pause',
      'ended',
      'waiting',
      'seeking',
      'seeked',
      'ratechange',
      'timeupdate',
    ]) {
      this.scope.listen(picture, type, align);
    }
    this.scope.listen(sound, 'loadedmetadata', align);
    align();
  }

  private align(): void {
    const { picture, sound } = this;
    sound.playbackRate = picture.playbackRate;
    const targetSec = picture.currentTime + this.offsetSec;
    const isPlaying = !picture.paused && !picture.ended && !picture.seeking && picture.readyState >= 3;
    const hasSound = targetSec >= 0 && !(targetSec >= sound.duration);
    if (!isPlaying || !hasSound) {
      if (!sound.paused) sound.pause();
      if (!isPlaying && hasSound) sound.currentTime = targetSec;
      return;
    }
    if (Math.abs(sound.currentTime - targetSec) > toleranceSec && !sound.seeking) sound.currentTime = targetSec;
    // A pause that overtakes the start is no failure.
    if (sound.paused) void sound.play().catch(() => undefined);
  }

  dispose(): void {
    this.scope.dispose();
    this.sound.pause();
    this.sound.removeAttribute('src');
    this.sound.load();
    this.picture.muted = this.wasMuted;
  }
}
