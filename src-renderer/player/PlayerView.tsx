import { useEffect, useRef, type ReactElement } from 'react';
import { useReviewStore } from '../state/review-store.ts';
import { word } from '../timeline/words.ts';
import { ErrorBox } from '../ui/ErrorBox.tsx';
import { Button, classes } from '../ui/controls.tsx';
import { PictureOverlay } from './PictureOverlay.tsx';
import { LipInset } from './LipInset.tsx';
import { pickFace } from './pick-face.ts';
import { player, usePlayer } from './player.ts';
import { SyncBanner } from './SyncBanner.tsx';
import styles from './Player.module.css';
import { TransportBar } from './TransportBar.tsx';
import { useMedia } from './use-media.ts';

/** Picture (or sound) of the file under review with what is said about the frame on the screen, and the transport. */
export function PlayerView(): ReactElement {
  useMedia();
  const video = useRef<HTMLVideoElement | null>(null);
  useEffect(() => player.attach(video.current!), []);
  const hasFile = useReviewStore((state) => state.media !== null);
  const hasPicture = usePlayer((state) => state.hasPicture);
  const error = usePlayer((state) => state.error);
  const note = usePlayer((state) => state.note);
  const isReady = usePlayer((state) => state.status === 'ready');
  // What cannot be shown has no frame to draw on; its words must be read.
  const isWordy = error !== null || (!isReady && note !== null);

  return (
    <section className={styles.player} aria-label={word(hasPicture ? 'picture' : 'sound')}>
      <div className={styles.stage}>
        {/* One element for both: a file without a picture plays in it as well. Keys go through the commands. */}
        <video
          ref={video}
          className={classes(styles.video, !hasPicture && styles.soundOnly)}
          playsInline
          preload="auto"
          disablePictureInPicture
          tabIndex={-1}
          aria-label={word(hasPicture ? 'picture' : 'sound')}
          onClick={(event) => pickFace(event.currentTarget, event)}
        />
        {!isWordy && <PictureOverlay video={video} />}
        {hasPicture && <LipInset video={video} />}
        {hasPicture && <SyncBanner />}
        {!hasFile && <p className={styles.note}>{word('noFile')}</p>}
        {hasFile && !error && !isReady && note !== null && <p className={styles.note}>{note}</p>}
        {error && (
          <div className={styles.problem}>
            <ErrorBox error={error}>
              <Button tone="primary" onClick={() => player.reload()}>
                {word('reload')}
              </Button>
            </ErrorBox>
          </div>
        )}
      </div>
      <TransportBar />
    </section>
  );
}
