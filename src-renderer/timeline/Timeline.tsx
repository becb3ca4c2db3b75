import { useEffect, useRef, type ReactElement } from 'react';
import { useMediaSources } from '../player/media-sources.ts';
import { usePlayer } from '../player/player.ts';
import { activeJobOf, useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { LaneHeads } from './LaneHeads.tsx';
import { mountTimeline, type MountedTimeline, type TimelineRefs } from './mount.ts';
import { PlayheadSlider } from './PlayheadSlider.tsx';
import type { SurfaceData } from './surface-data.ts';
import styles from './Timeline.module.css';
import { useRememberedView } from './use-remembered-view.ts';
import { useTimelineData } from './use-timeline-data.ts';
import { viewport } from './viewport.ts';
import { word } from './words.ts';

export interface TimelineProps {
  /** Double click on a segment: open its field in the inspector. */
  onOpenSegment?: (segmentId: string) => void;
}

/** Overview, ruler, waveform and lanes of the file under review, from the stores. Drawing is outside React (mount.ts). */
export function Timeline({ onOpenSegment }: TimelineProps): ReactElement {
  const refs = useRef<Partial<TimelineRefs>>({});
  const mounted = useRef<MountedTimeline | null>(null);
  const data = useTimelineData();
  const firstData = useRef(data.surface);
  const onOpen = useRef(onOpenSegment);
  useEffect(() => {
    onOpen.current = onOpenSegment;
  }, [onOpenSegment]);

  useEffect(() => {
    const timeline = mountTimeline(refs.current as TimelineRefs, firstData.current, (id) => onOpen.current?.(id));
    mounted.current = timeline;
    return () => {
      mounted.current = null;
      timeline.dispose();
    };
  }, []);
  useEffect(() => {
    firstData.current = data.surface;
    mounted.current?.surface.setData(data.surface);
  }, [data.surface]);

  const peaks = useMediaSources((state) => state.peaks);
  const peaksStartSec = useMediaSources((state) => state.startSec);
  useEffect(() => mounted.current?.surface.setPeaks(peaks, peaksStartSec), [peaks, peaksStartSec]);
  const follow = useAppStore((state) => state.settings.follow);
  const playing = usePlayer((state) => state.playing);
  useEffect(() => mounted.current?.surface.setFollow(follow, playing), [follow, playing]);
  useRememberedView();
  useReveal(data.surface, mounted);

  const speakers = data.surface.index.lanes.length;
  const focus = data.focus;
  return (
    <section
      className={styles.timeline}
      aria-label={word('timeline')}
      ref={(element) => void (refs.current.root = element!)}
    >
      <div className={styles.overview} ref={(element) => void (refs.current.overview = element!)} aria-hidden>
        <canvas ref={(element) => void (refs.current.overviewCanvas = element!)} />
        <div className={styles.handle} ref={(element) => void (refs.current.overviewHandle = element!)} />
        <div className={styles.overviewPlayhead} ref={(element) => void (refs.current.overviewPlayhead = element!)} />
      </div>
      <div className={styles.ruler} ref={(element) => void (refs.current.ruler = element!)} aria-hidden>
        <canvas ref={(element) => void (refs.current.rulerCanvas = element!)} />
      </div>
      <PlayheadSlider onElement={(element) => void (refs.current.wave = element!)}>
        <div className={styles.waveHost} ref={(element) => void (refs.current.waveHost = element!)} />
        {!peaks && <p className={styles.waveNote}>{data.mediaId ? word('loadingPeaks') : ''}</p>}
      </PlayheadSlider>
      <div className={styles.lanes}>
        <canvas className={styles.canvas} ref={(element) => void (refs.current.lanesCanvas = element!)} aria-hidden />
        <div className={styles.scroller} ref={(element) => void (refs.current.scroller = element!)}>
          <div className={styles.content} style={{ height: data.surface.layout.heightPx }}>
            <div className={styles.headColumn} />
            <div
              className={styles.rows}
              ref={(element) => void (refs.current.rows = element!)}
              role="application"
              aria-label={word('timeline')}
              tabIndex={0}
              {...(focus ? { 'aria-activedescendant': 'timeline-focus' } : {})}
            >
              {focus && (
                <div id="timeline-focus" className="visually-hidden" role="img" aria-label={focus} aria-live="off" />
              )}
            </div>
            <LaneHeads {...data.heads} />
          </div>
        </div>
        {speakers === 0 && data.mediaId && <EmptyLanes mediaId={data.mediaId} />}
      </div>
      <div className={styles.over} aria-hidden>
        <div className={styles.playhead} ref={(element) => void (refs.current.playhead = element!)}>
          <span className={styles.flag} ref={(element) => void (refs.current.playheadFlag = element!)} />
        </div>
      </div>
      <div className={styles.tip} ref={(element) => void (refs.current.tip = element!)} hidden aria-hidden />
    </section>
  );
}

/** What to expect, or to do, where nobody has a lane. */
function EmptyLanes({ mediaId }: { mediaId: string }): ReactElement {
  const isRunning = useAppStore((state) => activeJobOf(state.jobs, mediaId) !== undefined);
  const hasAnswer = useReviewStore((state) => state.hypotheses.length > 0);
  return <p className={styles.emptyLanes}>{word(isRunning ? 'emptyLanes' : hasAnswer ? 'noSpeech' : 'notRun')}</p>;
}

/** What was undone or redone comes into sight, and the lane of what keys selected. */
function useReveal(data: SurfaceData, mounted: React.RefObject<MountedTimeline | null>): void {
  const { index, focusId } = data;
  const lastAction = useReviewStore((state) => state.lastAction);
  useEffect(() => {
    if (lastAction?.span && (lastAction.tone === 'undo' || lastAction.tone === 'redo')) {
      viewport.getState().scrollTo(lastAction.span);
    }
  }, [lastAction]);
  const place = focusId === null ? undefined : index.placeOf(focusId);
  const lane = place?.lane;
  useEffect(() => {
    if (lane !== undefined) mounted.current?.surface.revealLane(lane);
  }, [focusId, lane, mounted]);
}
