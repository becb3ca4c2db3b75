import { useEffect, useMemo, useRef, useState, type CSSProperties, type ReactElement, type RefObject } from 'react';
import type { Segment, Speaker } from '#shared/domain/records.ts';
import { useReviewStore } from '../state/review-store.ts';
import { firstReaching, firstStartingAt, spansOf } from '../timeline/lane-index.ts';
import { Scope } from '../timeline/scope.ts';
import { word } from '../timeline/words.ts';
import { classes } from '../ui/controls.tsx';
import { speakerLook } from '../ui/palette.ts';
import { player, usePlayer } from './player.ts';
import styles from './Player.module.css';
import { containedRect } from './transport-math.ts';

/**
 * What is said about the frame on the screen, keyed to the frame that was presented and laid exactly over the picture:
 * children are placed in percent of the picture, as boxes are stored (0..1).
 */
export function PictureOverlay({ video }: { video: RefObject<HTMLVideoElement | null> }): ReactElement {
  const layer = useRef<HTMLDivElement | null>(null);
  const hasPicture = usePlayer((state) => state.hasPicture);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const scope = new Scope();
    const place = () => {
      const box = { width: element.clientWidth, height: element.clientHeight };
      const picture = { width: element.videoWidth, height: element.videoHeight };
      const rect = containedRect(hasPicture ? picture : box, box);
      Object.assign(layer.current!.style, {
        left: `${element.offsetLeft + rect.x}px`,
        top: `${element.offsetTop + rect.y}px`,
        width: `${rect.width}px`,
        height: `${rect.height}px`,
      });
    };
    scope.listen(element, 'loadedmetadata', place);
    scope.listen(element, 'resize', place);
    scope.observeSize(element, place);
    place();
    return () => scope.dispose();
  }, [video, hasPicture]);

  return (
    <div className={styles.overlay} ref={layer}>
      <TalkingNow large={!hasPicture} />
    </div>
  );
}

/** Names of those who talk in the frame on the screen. */
function TalkingNow({ large }: { large: boolean }): ReactElement {
  const speakers = useTalking();
  const isLabelled = useReviewStore((state) => state.segments.length > 0);
  const canPlay = usePlayer((state) => state.status === 'ready');
  return (
    <ul className={classes(styles.talking, large && styles.large)} aria-label={word('talking')}>
      {(canPlay || !large) &&
        speakers.map((speaker) => (
          <li key={speaker.id} style={{ '--hue': speakerLook(speaker.colour).cssColour } as CSSProperties}>
            {speaker.name}
          </li>
        ))}
      {large && canPlay && isLabelled && speakers.length === 0 && <li className={styles.silent}>{word('nobody')}</li>}
    </ul>
  );
}

function useTalking(): readonly Speaker[] {
  const speakers = useReviewStore((state) => state.speakers);
  const segments = useReviewStore((state) => state.segments);
  const spans = useMemo(() => spansOf(segments), [segments]);
  const [ids, setIds] = useState('');
  useEffect(() => {
    // React hears of it only when who talks changes, not with every frame.
    const tell = (sec: number) => setIds(talkingAt(segments, spans, sec).join('\n'));
    tell(player.presentedSec());
    return player.onFrame(tell);
  }, [segments, spans]);
  return useMemo(() => {
    const talking = new Set(ids.split('\n'));
    return speakers.filter((speaker) => talking.has(speaker.id));
  }, [ids, speakers]);
}

function talkingAt(segments: readonly Segment[], spans: ReturnType<typeof spansOf>, sec: number): string[] {
  const ids: string[] = [];
  const last = firstStartingAt(spans, sec + 1e-9);
  for (let i = firstReaching(spans, sec); i < last; i++) {
    if (segments[i]!.endSec > sec) ids.push(segments[i]!.speakerId);
  }
  return ids;
}
