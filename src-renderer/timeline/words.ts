import { i18next } from '../i18n/index.ts';

/** Words of timeline and player; another language adds its bundle under the same namespace. */
const words = {
  timeline: 'Timeline',
  overview: 'Whole file: where it is doubtful, and the part in sight',
  position: 'Playhead',
  positionText: '{{now}} of {{all}}',
  emptyLanes: 'No speakers yet. When the run is done, its speakers appear here.',
  noSpeech:
    'No speech was found in this file. If someone speaks, press N for a speaker and A for a segment, or R to run again.',
  notRun: 'Nobody is found yet. Press R to find the speakers, or N for a speaker of your own.',
  aimAt: 'New segments go to {{name}}',
  assignKey: 'Key {{key}} assigns {{name}}',
  votes: 'Votes',
  votesHint: 'what each system says',
  signals: 'Signals',
  faces: 'Faces',
  facesHint: 'F selects one · B hides the boxes',
  facesAbsent: 'nobody has looked at the picture: press R and run a system that does',
  facesComing: 'they appear when the picture has been looked at',
  facesNone: 'no face was found in the picture',
  facesUnscored: 'who talks was not measured · F selects one',
  facesUnreadable: 'they could not be read from the cache: run the file again',
  facesOther: 'Other faces',
  facePerson: 'Person {{number}}',
  faceUnknown: 'Somebody',
  faceNone: 'No face in this frame',
  talkingRow: 'Talking',
  hoverFace: '{{name}} · seen {{start}} – {{end}}',
  hoverTalking: 'talking {{share}}',
  offScreen: 'off screen',
  lips: 'Lips',
  lipsHide: 'Hide the lips',

  soundLate: 'The sound comes {{frames}} frames late',

  soundEarly: 'The sound comes {{frames}} frames early',
  correctSync: 'Correct by {{millis}} ms',
  dismissSync: 'Leave it',
  confidence: 'Confidence',
  voice: 'Voice',
  hoverSegment: '{{name}} · {{start}} – {{end}} · {{length}}',
  hoverDoubt: 'confidence {{confidence}}',
  segmentText: '{{name}}, {{start}} to {{end}}, {{length}}, {{state}}',
  confidenceText: 'confidence {{confidence}}',
  accepted: 'accepted',
  doubtful: 'doubtful',
  unreviewed: 'not reviewed',
  human: 'made by hand',
  loadingPeaks: 'The waveform appears when the sound has been read.',
  picture: 'Picture',
  sound: 'Sound',
  talking: 'Talking now',
  nobody: 'Nobody talks here',
  reload: 'Load again',
  frame: 'frame {{number}}',
  loopOn: 'loop on',
  loopOff: 'loop off',
  reverse: 'reverse {{speed}}×',
  reverseSilent: 'reverse {{speed}}×, silent',
  rate: 'Speed',
  noFile: 'Nothing is open. Choose a file on the left, or add one.',
  notPlayable: 'This file cannot be played yet.',
} as const;

export type Word = keyof typeof words;

i18next.addResourceBundle('en', 'timeline', words, true, true);

const translate = i18next.t as unknown as (key: string, options: Record<string, unknown>) => string;

/** A text of {@link words} in the language of the window. */
export function word(key: Word, values: Record<string, string | number> = {}): string {
  return translate(key, { ns: 'timeline', ...values });
}
