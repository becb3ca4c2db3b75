import { selectedFace, setLipsShown, useFaces } from '../../faces/face-store.ts';
import type { ShownFace, ShownFaces } from '../../faces/shown-faces.ts';
import { i18next } from '../../i18n/index.ts';
import { exactTime } from '../../ui/format.ts';
import { review, reviewing } from '../action.ts';
import type { Action } from '../action.ts';
import { ports } from '../ports.ts';

/** A cut this near the playhead is the one meant: half a frame of 25 a second. */
const atCutSec = 0.021;

const offsetSec = (): number => review().offset?.offsetSec ?? 0;

/** The time in the picture that belongs to the playhead, which is of the sound. */
const pictureSec = (): number => ports.player.currentSec() - offsetSec();

/** The faces, or words on why there are none. */
function faces(): ShownFaces | null {
  const { shown } = useFaces.getState();
  if (shown && shown.all.length > 0) return shown;
  review().say(i18next.t(shown ? 'say.noFacesFound' : 'say.noFaces'));
  return null;
}

/** The selected face, or words on what to press. */
function face(): ShownFace | null {
  if (!faces()) return null;
  const found = selectedFace();
  if (!found) review().say(i18next.t('say.noFaceSelected'));
  return found ?? null;
}

/** Records that edits can name; the machine's own tracks are adopted with the version they belong to. */
function editable(wanted: readonly ShownFace[]): string[] | null {
  const ids = wanted.flatMap(({ recordId }) => recordId ?? []);
  if (ids.length === wanted.length) return ids;
  review().say(i18next.t('say.facesNotAdopted'));
  return null;
}

/** The faces of the frame on the screen from left to right; the next one, round and round. */
function selectNext(direction: 1 | -1): void {
  const shown = faces();
  if (!shown) return;
  const sec = pictureSec();
  const box = { x1: 0, y1: 0, x2: 0, y2: 0 };
  const here = shown
    .at(sec)
    .flatMap((one) => (shown.boxAt(one, sec, box) ? [{ one, x: box.x1 + box.x2 }] : []))
    .sort((a, b) => a.x - b.x)
    .map(({ one }) => one);
  if (here.length === 0) {
    review().say(i18next.t('say.noFaceHere'));
    return;
  }
  const at = here.findIndex(({ key }) => key === useFaces.getState().selectedKey);
  const next = here[at < 0 ? (direction === 1 ? 0 : here.length - 1) : (at + direction + here.length) % here.length]!;
  useFaces.setState({ selectedKey: next.key });
  const name = next.speaker?.name ?? i18next.t('say.faceOfNobody');
  const [start, end] = [exactTime(next.startSec + offsetSec()), exactTime(next.endSec + offsetSec())];
  review().say(i18next.t('say.faceSelected', { name, start, end }));
}

/** Faces of the same person as this one: of its speaker, else of its identity, else itself. */
function samePerson(shown: ShownFaces, one: ShownFace): ShownFace[] {
  if (one.speaker) return shown.all.filter(({ speaker }) => speaker?.id === one.speaker?.id);
  if (one.identity === null) return [one];
  return shown.all.filter(({ speaker, identity }) => speaker === null && identity === one.identity);
}

/** Whose face it is: of all its appearances where they are known to be one person. */
function assign(speakerId: string | null): Promise<unknown> | undefined {
  const shown = faces();
  const one = shown && face();
  if (!shown || !one) return undefined;
  const ids = editable(samePerson(shown, one));
  return ids ? review().apply({ op: 'track.assign', trackIds: ids, speakerId }) : undefined;
}

function take(): Promise<unknown> | undefined {
  const { targetSpeakerId, say } = review();
  if (targetSpeakerId !== null) return assign(targetSpeakerId);
  say(i18next.t('say.noSpeaker'));
  return undefined;
}

function assignSegments(): Promise<unknown> | undefined {
  const one = face();
  if (!one) return undefined;
  const { say, selection, apply } = review();
  if (!one.speaker) say(i18next.t('say.faceHasNoSpeaker'));
  else if (selection.segmentIds.size === 0) say(i18next.t('say.nothingSelected'));
  else return apply({ op: 'segment.assign', segmentIds: [...selection.segmentIds], speakerId: one.speaker.id });
  return undefined;
}

function split(): Promise<unknown> | undefined {
  const one = face();
  const ids = one && editable([one]);
  return ids ? review().apply({ op: 'track.split', trackId: ids[0]!, atSec: pictureSec() }) : undefined;
}

function merge(): Promise<unknown> | undefined {
  const shown = faces();
  const one = shown && face();
  if (!shown || !one) return undefined;
  const cutAfter = review().cuts.find(({ timeSec }) => timeSec >= one.endSec - atCutSec)?.timeSec ?? Infinity;
  const isNext = (other: ShownFace): boolean =>
    other.key !== one.key && other.startSec > one.startSec && other.startSec < cutAfter - atCutSec;
  const tracks = new Set(one.tracks.map(({ id }) => id));
  const isSame = (other: ShownFace): boolean =>
    other.tracks.some(({ id }) => tracks.has(id)) ||
    (one.speaker !== null && other.speaker?.id === one.speaker.id) ||
    (one.identity !== null && other.identity === one.identity);
  const next = shown.all.find((other) => isNext(other) && isSame(other));
  if (!next) {
    review().say(i18next.t('say.noNextFace'));
    return undefined;
  }
  const ids = editable([one, next]);
  return ids ? review().apply({ op: 'track.merge', trackIds: ids }) : undefined;
}

function remove(): Promise<unknown> | undefined {
  const one = face();
  const ids = one && editable([one]);
  return ids ? review().apply({ op: 'track.delete', trackIds: ids }) : undefined;
}

/** Takes away the cut at the playhead, or puts one there: the frame on the screen is the first of a new shot. */
function toggleCut(): Promise<unknown> | undefined {
  const { cuts, apply, say } = review();
  const { cutsSec } = useFaces.getState();
  // With one cut of a person the machine's own would go: they are adopted first, together.
  if (cuts.length === 0 && cutsSec.length > 0) {
    say(i18next.t('say.facesNotAdopted'));
    return undefined;
  }
  const atSec = pictureSec();
  const there = cuts.find(({ timeSec }) => Math.abs(timeSec - atSec) <= atCutSec);
  return apply(there ? { op: 'cut.delete', cutIds: [there.id] } : { op: 'cut.add', atSec });
}

function nextCut(): void {
  const { cuts, say } = review();
  const times = cuts.length > 0 ? cuts.map(({ timeSec }) => timeSec) : [...useFaces.getState().cutsSec];
  const atSec = pictureSec();
  const next = times.find((sec) => sec > atSec + 0.001);
  if (next === undefined) say(i18next.t('say.noMoreCuts'));
  else ports.player.seek(next + offsetSec());
}

function correctSync(): Promise<unknown> | undefined {
  const estimated = useFaces.getState().sync?.offsetSec ?? null;
  if (estimated !== null) return review().apply({ op: 'sync.correct', offsetSec: estimated });
  review().say(i18next.t('say.noEstimate'));
  return undefined;
}

const act = (run: Action['run']): Action => ({ when: reviewing, run });

export const faceActions = {
  'face.next': act(() => selectNext(1)),
  'face.previous': act(() => selectNext(-1)),
  'face.take': act(take),
  'face.release': act(() => assign(null)),
  'face.assignSegments': act(assignSegments),
  'face.split': act(split),
  'face.merge': act(merge),
  'face.delete': act(remove),
  'cut.next': act(nextCut),
  'cut.toggle': act(toggleCut),
  'sync.correct': act(correctSync),
  'sync.asInFile': act(() => review().apply({ op: 'sync.correct', offsetSec: null })),
  'view.boxes': act(() => {
    const boxesShown = !useFaces.getState().boxesShown;
    if (boxesShown && !faces()) return;
    useFaces.setState({ boxesShown });
    review().say(i18next.t(boxesShown ? 'say.boxesOn' : 'say.boxesOff'));
  }),
  'view.lips': act(() => {
    if (faces()) setLipsShown(!useFaces.getState().lipsShown);
  }),
} satisfies Record<string, Action>;
