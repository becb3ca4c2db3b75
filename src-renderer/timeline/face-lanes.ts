import type { Speaker } from '#shared/domain/records.ts';
import type { ShownFace, ShownFaces } from '../faces/shown-faces.ts';
import { spansOf, type Spans } from './lane-index.ts';

/** The faces of one person, or of several nobody has told apart, as a slim lane. */
export interface FaceLane extends Spans {
  readonly id: string;
  readonly speaker: Speaker | null;
  /** 1, 2, … of a person without a speaker; null = faces nobody has told apart. */
  readonly person: number | null;
  readonly faces: readonly ShownFace[];
}

/** People without a speaker get a lane each up to this number; further ones share. */
const maxPeople = 12;
/** Faces nobody has told apart are laid into this many lanes at most. */
const maxOthers = 6;

/** Lanes of the faces: speakers in the order of their lanes, then other people as they appear, then the rest. */
export function faceLanes(shown: ShownFaces | null): FaceLane[] {
  if (!shown) return [];
  const bySpeaker = new Map<string, ShownFace[]>();
  const byIdentity = new Map<number, ShownFace[]>();
  const others: ShownFace[] = [];
  const put = <K>(map: Map<K, ShownFace[]>, key: K, face: ShownFace): void => {
    const list = map.get(key);
    if (list) list.push(face);
    else map.set(key, [face]);
  };
  for (const face of shown.all) {
    if (face.speaker) put(bySpeaker, face.speaker.id, face);
    else if (face.identity !== null && (byIdentity.has(face.identity) || byIdentity.size < maxPeople)) {
      put(byIdentity, face.identity, face);
    } else others.push(face);
  }
  const spoken = [...bySpeaker.values()]
    .map((faces) => ({ faces, speaker: faces[0]!.speaker! }))
    .sort((a, b) => a.speaker.order - b.speaker.order || (a.speaker.id < b.speaker.id ? -1 : 1));
  return [
    ...spoken.map(({ faces, speaker }) => lane(`speaker ${speaker.id}`, faces, speaker, null)),
    ...[...byIdentity].map(([identity, faces], i) => lane(`person ${identity}`, faces, null, i + 1)),
    ...packed(others).map((faces, i) => lane(`others ${i}`, faces, null, null)),
  ];
}

const lane = (id: string, faces: readonly ShownFace[], speaker: Speaker | null, person: number | null): FaceLane => ({
  id,
  speaker,
  person,
  faces,
  ...spansOf(faces),
});

/** As few lanes as show each face apart; beyond the most that are offered, faces lie over one another. */
function packed(faces: readonly ShownFace[]): ShownFace[][] {
  const lanes: { faces: ShownFace[]; endSec: number }[] = [];
  for (const face of faces) {
    let target = lanes.find(({ endSec }) => endSec <= face.startSec);
    if (!target && lanes.length < maxOthers) lanes.push((target = { faces: [], endSec: 0 }));
    target ??= lanes.reduce((a, b) => (b.endSec < a.endSec ? b : a));
    target.faces.push(face);
    target.endSec = Math.max(target.endSec, face.endSec);
  }
  return lanes.map((one) => one.faces);
}
