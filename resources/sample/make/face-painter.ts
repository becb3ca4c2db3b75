/**
 * Draws a face by code: a shaded head with eyes, brows, nose and a mouth that opens. Good enough for a face detector to
 * find and a lip reader to follow; no picture of a person is involved.
 *
 * Everything is computed per pixel in face coordinates: (0, 0) is the middle of the face, v runs from −1 (crown) to
 * +1 (chin), u in the same unit to the right.
 */
export type Rgb = readonly [number, number, number];

export interface Look {
  skin: Rgb;
  hair: Rgb;
  iris: Rgb;
  lips: Rgb;
  shirt: Rgb;
  /** Half width of the head in face units. */
  headWidth: number;
  /** Where the fringe ends: v of the hair line at the middle of the forehead. */
  hairLine: number;
  /** How far hair falls beside the face, in v. */
  hairLength: number;
  beard: number;
}

export interface Pose {
  /** Centre of the face and half its height, pixels. */
  centreX: number;
  centreY: number;
  halfHeightPx: number;
  /** Radians. */
  tilt: number;
  /** 0 = lips closed, 1 = wide open. */
  mouth: number;
  /** 0 = open eyes, 1 = shut. */
  blink: number;
  /** −1..1: where the eyes look. */
  gaze: number;
}

const smooth = (low: number, high: number, x: number): number => {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
};
const gauss = (x: number, y: number, sx: number, sy: number): number => Math.exp(-0.5 * ((x / sx) ** 2 + (y / sy) ** 2));

/** Paint one person (head and shoulders) over an RGB24 picture. */
export function paintPerson(rgb: Uint8Array, widthPx: number, heightPx: number, look: Look, pose: Pose): void {
  const scale = pose.halfHeightPx;
  const cos = Math.cos(pose.tilt);
  const sin = Math.sin(pose.tilt);
  const left = Math.max(0, Math.floor(pose.centreX - scale * 2.1));
  const right = Math.min(widthPx, Math.ceil(pose.centreX + scale * 2.1));
  const top = Math.max(0, Math.floor(pose.centreY - scale * 1.6));
  const colour: [number, number, number] = [0, 0, 0];
  for (let y = top; y < heightPx; y++) {
    for (let x = left; x < right; x++) {
      const dx = (x + 0.5 - pose.centreX) / scale;
      const dy = (y + 0.5 - pose.centreY) / scale;
      const offset = (y * widthPx + x) * 3;
      colour[0] = rgb[offset]!;
      colour[1] = rgb[offset + 1]!;
      colour[2] = rgb[offset + 2]!;
      shadeBody(colour, look, dx, dy, 1.5 / scale);
      // The head turns about the neck, the body stays.
      const u = cos * dx + sin * (dy - 1);
      const v = 1 - sin * dx + cos * (dy - 1);
      if (Math.abs(u) < 1.2 && v > -1.5 && v < 1.7) shadeHead(colour, look, pose, u, v, 1.5 / scale);
      rgb[offset] = colour[0];
      rgb[offset + 1] = colour[1];
      rgb[offset + 2] = colour[2];
    }
  }
}

function blend(target: [number, number, number], [r, g, b]: Rgb, alpha: number, light = 1): void {
  if (alpha <= 0) return;
  target[0] += (Math.min(255, r * light) - target[0]) * alpha;
  target[1] += (Math.min(255, g * light) - target[1]) * alpha;
  target[2] += (Math.min(255, b * light) - target[2]) * alpha;
}

/** Shoulders and neck. */
function shadeBody(colour: [number, number, number], look: Look, u: number, v: number, edge: number): void {
  const shoulder = 1.28 + 0.34 * Math.min(4, u * u) - 0.1 * gauss(u, 0, 0.5, 1);
  const body = smooth(-edge, edge, v - shoulder) * smooth(1.75 + edge, 1.75 - edge, Math.abs(u) + 0.12 * (3 - v));
  blend(colour, look.shirt, body, 0.86 + 0.24 * gauss(u + 0.6, v - 1.9, 0.8, 0.9) - 0.12 * smooth(0.5, 1.7, u));
  const neckHalf = 0.34 + 0.1 * smooth(1.0, 1.5, v);
  const neck = smooth(edge, -edge, Math.abs(u) - neckHalf) * smooth(0.5, 0.6, v) * smooth(1.62, 1.5, v + 0.5 * u * u);
  blend(colour, look.skin, neck, 0.62 + 0.22 * smooth(1.0, 1.45, v) - 0.12 * smooth(0, 0.4, u));
  const collar = smooth(0.05, 0.0, Math.abs(v - (1.5 - 0.5 * u * u))) * smooth(0.5, 0.42, Math.abs(u));
  blend(colour, look.shirt, collar * 0.9, 0.7);
}

function headRadius(look: Look, v: number): number {
  // Wide at the temples, narrower at the jaw.
  const jaw = v > 0 ? 1 - 0.2 * v ** 1.6 : 1;
  const rest = 1 - Math.abs(v / 1.02) ** 2.35;
  return rest <= 0 ? 0 : look.headWidth * jaw * rest ** 0.47;
}

function shadeHead(colour: [number, number, number], look: Look, pose: Pose, u: number, v: number, edge: number): void {
  const side = Math.abs(u);
  // Hair behind the head.
  const backWidth = look.headWidth + 0.13 + 0.05 * smooth(0, 1, v);
  const backTop = 1 - ((v + 0.05) / 1.2) ** 2;
  const back =
    v < 0.1
      ? smooth(-edge, edge, backTop <= 0 ? -1 : backWidth * Math.sqrt(backTop) - side)
      : smooth(-edge, edge, backWidth - side) * smooth(look.hairLength + 0.1, look.hairLength - 0.06, v);
  blend(colour, look.hair, back, 0.62 + 0.25 * gauss(u + 0.3, v + 0.9, 0.4, 0.3));
  // Ears.
  const ear = smooth(1, 0.82, Math.hypot((side - look.headWidth - 0.01) / 0.1, (v - 0.08) / 0.2));
  blend(colour, look.skin, ear * (look.hairLength > 0.4 ? 0 : 1), 0.8);

  const radius = headRadius(look, v);
  // The fringe covers the rim of the head, or skin would shine through between front and back hair.
  const rim = smooth(0.06, 0.03, side - radius) * smooth(1.1, 1.06, Math.abs(v));
  if (rim <= 0) return;
  const head = smooth(-edge, edge, radius - side) * smooth(1.03, 1.0, Math.abs(v));
  if (head > 0) shadeFace(colour, look, pose, u, v, edge, head);
  const fringe = look.hairLine - 0.1 * Math.cos(u * 3.2) + 0.75 * Math.max(0, side - 0.36) ** 1.1;
  const front = smooth(edge * 2, -edge * 2, v - fringe);
  blend(colour, look.hair, rim * front, 0.7 + 0.32 * gauss(u + 0.25, v + 0.78, 0.26, 0.16) + 0.035 * Math.sin(u * 55 + v * 12));
}

function shadeFace(colour: [number, number, number], look: Look, pose: Pose, u: number, v: number, edge: number, head: number): void {
  const side = Math.abs(u);
  // Lit from the upper left like a ball, with soft fall-off.
  const nx = u / (look.headWidth * 1.15);
  const ny = v / 1.25;
  const nz = Math.sqrt(Math.max(0.05, 1 - nx * nx - ny * ny));
  let light = 0.56 + 0.5 * Math.max(0, -0.38 * nx - 0.34 * ny + 0.86 * nz);
  light -= 0.1 * gauss(side - 0.27, v + 0.08, 0.15, 0.1); // eye sockets
  light -= 0.1 * gauss(u - 0.1, v - 0.16, 0.05, 0.2); // shaded side of the nose
  light += 0.1 * gauss(u + 0.02, v - 0.18, 0.045, 0.2); // bridge
  light += 0.09 * gauss(u + 0.02, v - 0.3, 0.06, 0.05); // tip
  light -= 0.16 * gauss(u, v - 0.385, 0.12, 0.025); // under the nose
  light -= 0.1 * gauss(u, v - 0.74, 0.17, 0.035); // under the lip
  light += 0.05 * gauss(u, v - 0.85, 0.12, 0.08); // chin
  light += 0.06 * gauss(side - 0.38, v - 0.24, 0.13, 0.1); // cheekbones
  light -= 0.06 * gauss(side - 0.25 - 0.35 * (v - 0.35), v - 0.48, 0.03, 0.13); // folds beside the mouth
  blend(colour, look.skin, head, light);
  blend(colour, [205, 92, 80], head * 0.16 * gauss(side - 0.38, v - 0.3, 0.14, 0.12));
  blend(colour, look.hair, head * look.beard * smooth(0.3, 0.95, v + 0.5 * side * side) * (1 - 0.9 * gauss(u, v - 0.56, 0.22, 0.08)), 0.75);

  // Nostrils.
  blend(colour, [70, 32, 26], head * 0.75 * gauss(side - 0.062, v - 0.355, 0.024, 0.014));
  shadeEyes(colour, look, pose, u, v, edge);
  shadeMouth(colour, look, pose, u, v, edge);
}

function shadeEyes(colour: [number, number, number], look: Look, pose: Pose, u: number, v: number, edge: number): void {
  const side = Math.abs(u);
  const eu = side - 0.27;
  const ev = v + 0.07;
  // Brow: an arc, thicker inside.
  const browLine = -0.27 + 0.55 * (eu - 0.02) ** 2 * 2.4;
  const browHalf = 0.026 * (1 - 0.45 * smooth(-0.14, 0.17, eu));
  const brow = smooth(edge + browHalf, browHalf - edge, Math.abs(v - browLine)) * smooth(0.19, 0.15, Math.abs(eu));
  blend(colour, look.hair, brow * 0.88, 0.55);
  // Almond between two arcs; the upper lid falls with a blink.
  const open = 1 - pose.blink;
  const arc = Math.max(0, 1 - (eu / 0.135) ** 2);
  const upper = -0.066 * arc * open;
  const lower = 0.044 * arc * (0.35 + 0.65 * open);
  const white = smooth(-edge, edge, ev - upper) * smooth(edge, -edge, ev - lower) * smooth(0.135, 0.125, Math.abs(eu));
  blend(colour, [238, 236, 230], white, 0.97 - 0.2 * smooth(0.02, -0.06, ev));
  const iu = (u > 0 ? eu : -eu) - 0.03 * pose.gaze;
  const iris = Math.hypot(iu, ev + 0.008);
  blend(colour, look.iris, white * smooth(0.058, 0.05, iris));
  blend(colour, [12, 10, 10], white * smooth(0.03, 0.023, iris));
  blend(colour, [255, 255, 255], white * smooth(0.014, 0.008, Math.hypot(iu + 0.018, ev + 0.026)));
  // Lid line, lashes and crease.
  const lid = smooth(0.02, 0.006, Math.abs(ev - upper)) * smooth(0.15, 0.125, Math.abs(eu));
  blend(colour, [42, 24, 20], lid * 0.85);
  blend(colour, look.skin, smooth(0.016, 0.004, Math.abs(ev - upper + 0.045)) * smooth(0.14, 0.1, Math.abs(eu)) * 0.5, 0.55);
  blend(colour, look.skin, smooth(0.014, 0.004, Math.abs(ev - lower - 0.006)) * smooth(0.13, 0.1, Math.abs(eu)) * 0.6, 0.62);
}

function shadeMouth(colour: [number, number, number], look: Look, pose: Pose, u: number, v: number, edge: number): void {
  const half = 0.225 - 0.035 * pose.mouth;
  const mv = v - 0.56;
  const arc = Math.max(0, 1 - (u / half) ** 2);
  const gap = 0.13 * pose.mouth * arc ** 0.7;
  const bow = 0.016 * gauss(Math.abs(u) - 0.06, 0, 0.035, 1) - 0.008 * gauss(u, 0, 0.022, 1);
  const upperTop = -gap * 0.42 - (0.05 + bow) * arc ** 0.8;
  const lowerBottom = gap * 0.58 + 0.066 * arc ** 0.75;
  const inside = smooth(-edge, edge, mv + gap * 0.42) * smooth(edge, -edge, mv - gap * 0.58) * smooth(half, half * 0.97, Math.abs(u));
  const lips = smooth(-edge, edge, mv - upperTop) * smooth(edge, -edge, mv - lowerBottom) * smooth(half, half * 0.96, Math.abs(u));
  blend(colour, look.lips, lips, mv < 0 ? 0.78 : 0.95 + 0.25 * gauss(u + 0.03, mv - 0.035 - gap * 0.58, 0.07, 0.014));
  if (pose.mouth > 0.03) {
    blend(colour, [46, 14, 16], inside);
    const teeth = inside * smooth(0.02 + gap * 0.1, 0.0, mv + gap * 0.42 - 0.028) * smooth(half * 0.82, half * 0.7, Math.abs(u));
    blend(colour, [226, 220, 208], teeth * smooth(0.06, 0.3, pose.mouth));
    blend(colour, [150, 62, 62], inside * smooth(0.0, 0.03, mv - gap * 0.3) * 0.8);
  } else {
    blend(colour, [82, 32, 30], smooth(0.012, 0.002, Math.abs(mv)) * smooth(half * 0.98, half * 0.8, Math.abs(u)) * 0.8);
  }
  blend(colour, [70, 34, 30], 0.5 * gauss(Math.abs(u) - half, mv, 0.014, 0.014));
}
