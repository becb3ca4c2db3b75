import { create } from 'zustand';
import { toErrorData, type AppErrorData } from '#shared/api/errors.ts';
import type { BoxRows } from '#shared/evidence/face-evidence.ts';
import type { AvSync } from '#shared/evidence/face-schemas.ts';
import { useReviewStore } from '../state/review-store.ts';
import { mapLabels, sharedTime } from '../timeline/vote-lanes.ts';
import { loadFaceEvidence, loadLips, type EvidenceAddresses } from './load-faces.ts';
import { shownFaces, SpeechEvidence, type FaceSources, type ShownFace, type ShownFaces } from './shown-faces.ts';

/** What was found in the picture of the file under review, and what of it is looked at. */
export interface FaceState {
  mediaId: string | null;
  status: 'absent' | 'loading' | 'ready' | 'failed';
  problem: AppErrorData | null;
  sources: FaceSources | null;
  /** Cuts of the machine; the document's own, where it has some, come first. */
  cutsSec: Float64Array;
  sync: AvSync | null;
  shown: ShownFaces | null;
  speech: SpeechEvidence | null;
  /** Segments nobody is seen to say. */
  offScreenIds: ReadonlySet<string>;
  /** Lip boxes by row, fetched when they are first looked at; null = not there (yet). */
  lips: BoxRows | null;
  selectedKey: string | null;
  boxesShown: boolean;
  lipsShown: boolean;
}

const nothing = {
  status: 'absent' as FaceState['status'],
  problem: null,
  sources: null,
  cutsSec: new Float64Array(0),
  sync: null,
  shown: null,
  speech: null,
  offScreenIds: new Set<string>(),
  lips: null,
  selectedKey: null,
};

export const useFaces = create<FaceState>()(() => ({ mediaId: null, ...nothing, boxesShown: true, lipsShown: false }));

/** Where what is shown came from, so that the same is not fetched again. */
let loadedFrom = '';
let addresses: EvidenceAddresses = {};

/** Fetches what is new. A later call supersedes an earlier one through `signal`. */
export async function loadFaces(
  mediaId: string | null,
  evidence: EvidenceAddresses,
  signal: AbortSignal,
): Promise<void> {
  const from = JSON.stringify([mediaId, evidence]);
  if (from === loadedFrom) return;
  const another = useFaces.getState().mediaId !== mediaId;
  if (another) useFaces.setState({ mediaId, ...nothing });
  if (another || Object.keys(evidence).length > 0) useFaces.setState({ status: 'loading' });
  addresses = evidence;
  try {
    const found = await loadFaceEvidence(evidence, signal);
    if (signal.aborted) return;
    loadedFrom = from;
    useFaces.setState({ ...found, status: found.sources ? 'ready' : 'absent', problem: null, lips: null });
    deriveFaces();
    if (useFaces.getState().lipsShown) void wantLips();
  } catch (thrown) {
    if (!signal.aborted) useFaces.setState({ status: 'failed', problem: toErrorData(thrown) });
  }
}

/** Shows or hides the lips; they are fetched the first time. */
export function setLipsShown(lipsShown: boolean): void {
  useFaces.setState({ lipsShown });
  if (lipsShown) void wantLips();
}

async function wantLips(): Promise<void> {
  const { sources, lips, mediaId } = useFaces.getState();
  if (!sources || lips) return;
  const found = await loadLips(addresses, sources.faces).catch(() => null);
  if (useFaces.getState().mediaId === mediaId) useFaces.setState({ lips: found });
}

/** Names of the label mapping go by the curated segments: they follow edits when there is time. */
const settleMs = 120;
let timer: ReturnType<typeof setTimeout> | undefined;

function deriveFaces(): void {
  clearTimeout(timer);
  timer = undefined;
  const { sources, selectedKey } = useFaces.getState();
  if (!sources) return;
  const { tracks, speakers, segments } = useReviewStore.getState();
  const { av } = sources;
  const votes = av?.segments.toSorted((a, b) => a.startSec - b.startSec) ?? [];
  const speakerOfLabel = mapLabels(sharedTime(votes, segments));
  const shown = shownFaces(sources, tracks, speakers, speakerOfLabel);
  const speech = av ? new SpeechEvidence(av, speakerOfLabel) : null;
  useFaces.setState({
    shown,
    speech,
    offScreenIds: speech?.offScreen(segments) ?? new Set(),
    selectedKey: shown.get(selectedKey) ? selectedKey : null,
  });
}

/** Keeps the faces in step with the document. Returns the function that stops it. */
export function followDocument(): () => void {
  const stop = useReviewStore.subscribe((state, before) => {
    // Whose a face is shows at once; what follows from all segments can wait a moment.
    if (state.tracks !== before.tracks || state.speakers !== before.speakers) deriveFaces();
    else if (state.segments !== before.segments) timer ??= setTimeout(deriveFaces, settleMs);
  });
  return () => {
    stop();
    clearTimeout(timer);
    timer = undefined;
  };
}

export const selectedFace = (): ShownFace | undefined => {
  const { shown, selectedKey } = useFaces.getState();
  return shown?.get(selectedKey);
};
