import { useDeferredValue, useMemo, useState } from 'react';
import type { Segment, Speaker } from '#shared/domain/records.ts';
import { useFaces, type FaceState } from '../faces/face-store.ts';
import type { ShownFaces } from '../faces/shown-faces.ts';
import { useMediaSources } from '../player/media-sources.ts';
import { activeJobOf, useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { viewMemory } from '../state/view-memory.ts';
import { faceLanes as lanesOf } from './face-lanes.ts';
import { describeSegment } from './describe.ts';
import { buildIndex, type TimelineIndex } from './lane-index.ts';
import { layoutRows, type GroupId } from './layout.ts';
import type { Signal, SurfaceData } from './surface-data.ts';
import { buildVoteLane } from './vote-lanes.ts';
import { word } from './words.ts';

/** Step of the voice detector's scores: 512 samples at 16 kHz. */
const voiceStepSec = 0.032;

/** What the timeline shows, from the stores; each part is made anew only when what it is made of changed. */
export function useTimelineData() {
  const speakers = useReviewStore((state) => state.speakers);
  const segments = useReviewStore((state) => state.segments);
  const cuts = useReviewStore((state) => state.cuts);
  const selection = useReviewStore((state) => state.selection);
  const hypotheses = useReviewStore((state) => state.hypotheses);
  const readOnly = useReviewStore((state) => state.readOnlyReason !== null);
  const targetSpeakerId = useReviewStore((state) => state.targetSpeakerId);
  const mediaId = useReviewStore((state) => state.media?.id ?? null);
  const doubtLimit = useAppStore((state) => state.settings.doubtLimit);
  const voice = useMediaSources((state) => state.voice);
  const voiceStartSec = useMediaSources((state) => state.startSec);
  const [open, setOpen] = useState(() => rememberedGroups());

  const index = useIndex(speakers, segments, doubtLimit);
  const votesOpen = open.votes;
  // Colours of votes follow an edit when there is time: the edit itself is shown first.
  const settled = useDeferredValue(index);
  const votes = useMemo(() => {
    const curated = votesOpen ? settled.lanes.flatMap((lane) => lane.segments) : [];
    curated.sort((a, b) => a.startSec - b.startSec);
    return hypotheses.map(({ info, segments: answer }) =>
      buildVoteLane(
        { id: info.id, label: info.label, segments: votesOpen ? answer : [] },
        curated,
        settled.laneOfSpeaker,
      ),
    );
  }, [hypotheses, settled, votesOpen]);
  const signals = useMemo<Signal[]>(() => {
    const made: Signal[] = [];
    if (voice)
      made.push({ kind: 'score', label: word('voice'), values: voice, startSec: voiceStartSec, stepSec: voiceStepSec });
    if (segments.some((segment) => segment.confidence !== null)) {
      made.push({ kind: 'confidence', label: word('confidence') });
    }
    return made;
  }, [voice, voiceStartSec, segments]);
  const { faceLanes, faces, facesHint, offsetSec } = useFaceRows();
  const hasPicture = useReviewStore((state) => (state.media?.probe.video.length ?? 0) > 0);
  const hasTalking = faces?.shown.data.talking != null;
  const layout = useMemo(
    () =>
      layoutRows({
        lanes: index.lanes.length,
        votes: votes.length,
        faces: hasPicture ? faceLanes.length : null,
        talking: hasTalking,
        signals: signals.length,
        open,
      }),
    [index, votes.length, hasPicture, faceLanes.length, hasTalking, signals.length, open],
  );
  const machineCutsSec = useFaces((state) => state.cutsSec);
  // Cuts are of the picture; the timeline is of the sound.
  const cutsSec = useMemo(
    () =>
      (cuts.length > 0 ? Float64Array.from(cuts, (cut) => cut.timeSec) : machineCutsSec).map((sec) => sec + offsetSec),
    [cuts, machineCutsSec, offsetSec],
  );
  const offScreenIds = useFaces((state) => state.offScreenIds);
  const surface = useMemo<SurfaceData>(
    () => ({
      index,
      layout,
      votes,
      signals,
      faceLanes,
      faces,
      offScreenIds,
      cutsSec,
      selectedIds: selection.segmentIds,
      focusId: selection.focusId,
      doubtLimit,
      readOnly,
    }),
    [index, layout, votes, signals, faceLanes, faces, offScreenIds, cutsSec, selection, doubtLimit, readOnly],
  );
  const toggle = (group: GroupId) => {
    const next = { ...open, [group]: !open[group] };
    setOpen(next);
    viewMemory.set('timeline.groups', next);
  };
  return {
    mediaId,
    surface,
    focus: describeSegment(index, selection.focusId),
    heads: {
      layout,
      index,
      votes,
      signals,
      faceLanes,
      facesHint,
      open,
      targetSpeakerId,
      onTarget: (speakerId: string) => useReviewStore.getState().setTargetSpeaker(speakerId),
      onToggle: toggle,
    },
  };
}

/** Lanes of the faces, and in words why there are none. */
function useFaceRows() {
  const shown = useFaces((state) => state.shown);
  const selectedKey = useFaces((state) => state.selectedKey);
  const status = useFaces((state) => state.status);
  const offsetSec = useReviewStore((state) => state.offset?.offsetSec ?? 0);
  const mediaId = useReviewStore((state) => state.media?.id ?? null);
  const isRunning = useAppStore((state) => mediaId !== null && activeJobOf(state.jobs, mediaId) !== undefined);
  const faceLanes = useMemo(() => lanesOf(shown), [shown]);
  const faces = useMemo(() => (shown ? { shown, selectedKey, offsetSec } : null), [shown, selectedKey, offsetSec]);
  const facesHint = hintOf(status, shown, isRunning);
  return { faceLanes, faces, facesHint, offsetSec };
}

function hintOf(status: FaceState['status'], shown: ShownFaces | null, isRunning: boolean): string {
  if (status === 'failed') return word('facesUnreadable');
  if (status === 'absent') return word(isRunning ? 'facesComing' : 'facesAbsent');
  if (!shown) return '';
  if (shown.all.length === 0) return word('facesNone');
  return word(shown.data.talking ? 'facesHint' : 'facesUnscored');
}

/** The index of the document; after an edit only lanes that changed are made anew. */
function useIndex(speakers: readonly Speaker[], segments: readonly Segment[], doubtLimit: number): TimelineIndex {
  const [made] = useState<{ last: TimelineIndex | null }>({ last: null });
  return useMemo(() => {
    const next = buildIndex(speakers, segments, doubtLimit, made.last);
    // eslint-disable-next-line react-hooks/immutability -- a cache of what to take over; the result does not depend on it
    made.last = next;
    return next;
  }, [speakers, segments, doubtLimit, made]);
}

function rememberedGroups(): Record<GroupId, boolean> {
  const kept = viewMemory.get('timeline.groups');
  const isOpen = (group: GroupId, otherwise: boolean): boolean =>
    typeof kept === 'object' && kept !== null && !Array.isArray(kept) && typeof kept[group] === 'boolean'
      ? kept[group]
      : otherwise;
  return { votes: isOpen('votes', true), faces: isOpen('faces', true), signals: isOpen('signals', false) };
}
