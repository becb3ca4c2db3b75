/** The sample's screenplay. Our own words, dedicated to the public domain (CC0 1.0), as is everything made from them. */
export type Role = 'narrator' | 'mia' | 'tom' | 'angus';

/** Free human-recorded voices of Debian's flite (CMU ARCTIC: slt, rms, awb; kal16 is a diphone voice). */
export const voices: Record<Role, string> = { narrator: 'kal16', mia: 'slt', tom: 'rms', angus: 'awb' };

export interface Line {
  role: Role;
  /** Silence since the end of the line before; negative = overlap. Seconds. */
  gapSec: number;
  text: string;
}

export const lines: readonly Line[] = [
  { role: 'narrator', gapSec: 0.6, text: 'It is seven in the morning. Two gardeners meet at the old greenhouse.' },
  { role: 'mia', gapSec: 0.6, text: 'Good morning. I brought the plan for the spring beds, and I think we should start with the tomatoes.' },
  { role: 'tom', gapSec: 0.35, text: 'Tomatoes need the warm side of the house. Last year we planted them far too early.' },
  { role: 'mia', gapSec: 0.3, text: 'That is true, but this time the glass is new, and the nights are mild.' },
  { role: 'tom', gapSec: -0.9, text: 'Then let us wait one more week, and plant the beans first.' },
  { role: 'mia', gapSec: 0.3, text: 'Beans first. Agreed.' },
  { role: 'tom', gapSec: 0.35, text: 'And the potatoes go behind the shed, as always.' },
  { role: 'narrator', gapSec: 0.7, text: 'A little later, a neighbour joins them at the table.' },
  { role: 'angus', gapSec: 0.5, text: 'Hello you two. I have forty seedlings of cabbage in my car, and no idea where to put them.' },
  { role: 'mia', gapSec: -0.6, text: 'Forty? We have room for twenty, at the very most.' },
  { role: 'angus', gapSec: 0.3, text: 'Twenty is a good start. The others can go to the school across the road.' },
  { role: 'mia', gapSec: 0.35, text: 'The children will love that. I can bring them over on Friday.' },
  { role: 'angus', gapSec: -0.7, text: 'Friday it is. I will carry the heavy boxes.' },
  { role: 'mia', gapSec: 0.4, text: 'Wonderful. Then stay for a cup of tea, and tell us about the bees.' },
  { role: 'angus', gapSec: 0.3, text: 'Gladly. There are three hives now, and the first honey comes in June.' },
  { role: 'narrator', gapSec: 0.6, text: 'And so the season began.' },
];

/** The cut falls into the middle of this line (an index into `lines`). */
export const cutInLine = 7;
export const tailSec = 1.2;

/** Who is in the picture, before and after the cut. */
export const shots: readonly (readonly { role: Exclude<Role, 'narrator'>; centreX: number; centreY: number; heightPx: number }[])[] = [
  [
    { role: 'mia', centreX: 400, centreY: 330, heightPx: 300 },
    { role: 'tom', centreX: 880, centreY: 318, heightPx: 316 },
  ],
  [
    { role: 'angus', centreX: 420, centreY: 322, heightPx: 320 },
    { role: 'mia', centreX: 905, centreY: 345, heightPx: 280 },
  ],
];
