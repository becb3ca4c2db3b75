import { useMemo, useState } from 'react';
import { useMediaSources } from '../player/media-sources.ts';
import { useAppStore } from '../state/app-store.ts';
import { useReviewStore } from '../state/review-store.ts';
import { viewMemory } from '../state/view-memory.ts';
import { describeSegment } from './describe.ts';
import { buildIndex } from './lane-index.ts';
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

  const index = useMemo(() => buildIndex(speakers, segments, doubtLimit), [speakers, segments, doubtLimit]);
  const votesOpen = open.votes;
  const votes = useMemo(
    () =>
      hypotheses.map((lane) =>
        buildVoteLane(
          { id: lane.info.id, label: lane.info.label, segments: votesOpen ? lane.segments : [] },
          votesOpen ? segments : [],
          index.laneOfSpeaker,
        ),
      ),
    [hypotheses, segments, votesOpen, index],
  );
  const signals = useMemo<Signal[]>(() => {
    const made: Signal[] = [];
    if (voice)
      made.push({ kind: 'score', label: word('voice'), values: voice, startSec: voiceStartSec, stepSec: voiceStepSec });
    if (segments.some((segment) => segment.confidence !== null)) {
      made.push({ kind: 'confidence', label: word('confidence') });
    }
    return made;
  }, [voice, voiceStartSec, segments]);
  const layout = useMemo(
    () => layoutRows({ lanes: index.lanes.length, votes: votes.length, signals: signals.length, open }),
    [index, votes.length, signals.length, open],
  );
  const cutsSec = useMemo(() => Float64Array.from(cuts, (cut) => cut.timeSec), [cuts]);
  const surface = useMemo<SurfaceData>(
    () => ({
      index,
      layout,
      votes,
      signals,
      cutsSec,
      selectedIds: selection.segmentIds,
      focusId: selection.focusId,
      doubtLimit,
      readOnly,
    }),
    [index, layout, votes, signals, cutsSec, selection, doubtLimit, readOnly],
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
      open,
      targetSpeakerId,
      onTarget: (speakerId: string) => useReviewStore.getState().setTargetSpeaker(speakerId),
      onToggle: toggle,
    },
  };
}

function rememberedGroups(): Record<GroupId, boolean> {
  const kept = viewMemory.get('timeline.groups');
  const isOpen = (group: GroupId, otherwise: boolean): boolean =>
    typeof kept === 'object' && kept !== null && !Array.isArray(kept) && typeof kept[group] === 'boolean'
      ? kept[group]
      : otherwise;
  return { votes: isOpen('votes', true), signals: isOpen('signals', false) };
}
