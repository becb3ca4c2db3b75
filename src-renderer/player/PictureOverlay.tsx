import { useEffect, useMemo, useRef, useState, type CSSProperties, type ReactElement, type RefObject } from 'react';
import type { Segment, Speaker } from '#shared/domain/records.ts';
import { useReviewStore } from '../state/review-store.ts';
import { firstReaching, firstStartingAt, spansOf } from '../timeline/lane-index.ts';
import { Scope } from '../timeline/scope.ts';
import { word } from '../timeline/words.ts';
import { classes } from '../ui/controls.tsx';
import { speakerLook } from '../ui/palette.ts';
import { useFaces } from '../faces/face-store.ts';
import { FaceBoxes } from './FaceBoxes.tsx';
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
      {hasPicture && <FaceBoxes />}
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
        speakers.map(({ speaker, isOffScreen }) => (
          <li key={speaker.id} style={{ '--hue': speakerLook(speaker.colour).cssColour } as CSSProperties}>
            {speaker.name}
            {isOffScreen && <small> · {word('offScreen')}</small>}
          </li>
        ))}
      {large && canPlay && isLabelled && speakers.length === 0 && <li className={styles.silent}>{word('nobody')}</li>}
    </ul>
  );
}

interface Talker {
  speaker: Speaker;
  /** Faces are known, and none of this speaker's is in the picture. */
  isOffScreen: boolean;
}

function useTalking(): readonly Talker[] {
  const speakers = useReviewStore((state) => state.speakers);
  const segments = useReviewStore((state) => state.segments);
  const spans = useMemo(() => spansOf(segments), [segments]);
  const shown = useFaces((state) => (state.speech ? state.shown : null));
  const offsetSec = useReviewStore((state) => state.offset?.offsetSec ?? 0);
  const [ids, setIds] = useState('');
  useEffect(() => {
    // React hears of it only when who talks changes, not with every frame.
    const tell = (frameSec: number) => {
      const seen = shown && new Set(shown.at(frameSec).map((face) => face.speaker?.id));
      // Labels are of the sound, frames of the picture.
      const talking = talkingAt(segments, spans, frameSec + offsetSec);
      setIds(talking.map((id) => (seen && !seen.has(id) ? `${id} off` : id)).join('\n'));
    };
    tell(player.presentedSec());
    return player.onFrame(tell);
  }, [segments, spans, shown, offsetSec]);
  return useMemo(() => {
    const talking = new Set(ids.split('\n'));
    return speakers.flatMap((speaker): Talker[] => {
      const isOffScreen = talking.has(`${speaker.id} off`);
      return isOffScreen || talking.has(speaker.id) ? [{ speaker, isOffScreen }] : [];
    });
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
