import { expect, test } from 'vitest';
import { initialsOf, speakerHues, speakerLook } from './palette.ts';
import css from './tokens.css?raw';

type Rgb = [number, number, number];

/** Custom properties of the theme's block, dark ones where light says nothing. */
function tokensOf(theme: 'dark' | 'light'): Map<string, string> {
  const blocks = [/:root \{([^}]*)\}/u, ...(theme === 'light' ? [/\[data-theme='light'\] \{([^}]*)\}/u] : [])];
  const pairs = blocks.flatMap((block) => [
    ...(block.exec(css)?.[1] ?? '').matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})\b/gu),
  ]);
  return new Map(pairs.map(([, name, value]) => [name!, value!]));
}

function linear(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** WCAG 2.2 contrast. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [r, g, blue] = linear(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** OKLab (Ottosson 2020). */
function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

/** Full colour blindness in linear RGB (Machado, Oliveira, Fernandes 2009, severity 1). */
const blindness: Record<string, [Rgb, Rgb, Rgb]> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const dot = (row: Rgb, colour: Rgb): number =>
  Math.max(0, row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2]);
const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);

const speakersOf = (theme: 'dark' | 'light'): string[] => {
  const tokens = tokensOf(theme);
  return Array.from({ length: speakerHues }, (_, hue) => tokens.get(`speaker-${hue}`)!);
};

test.each(['dark', 'light'] as const)('%s: text is readable on every surface', (theme) => {
  const tokens = tokensOf(theme);
  const surfaces = ['bg', 'panel', 'raised'];
  for (const surface of surfaces)
    for (const text of ['text', 'dim', 'faint', 'accent', 'danger', 'warn']) {
      const value = contrast(tokens.get(text)!, tokens.get(surface)!);
      expect(value, `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5);
    }
  expect(contrast(tokens.get('on-accent')!, tokens.get('accent')!)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(tokens.get('warn')!, tokens.get('warn-soft')!)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(tokens.get('text')!, tokens.get('danger-soft')!)).toBeGreaterThanOrEqual(4.5);
});

test.each(['dark', 'light'] as const)('%s: initials are readable on their swatch, swatches stand out', (theme) => {
  const tokens = tokensOf(theme);
  for (const colour of speakersOf(theme)) {
    expect(contrast(tokens.get('speaker-ink')!, colour), colour).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens.get('panel')!, colour), colour).toBeGreaterThanOrEqual(3);
  }
});

test.each(['dark', 'light'] as const)('%s: no speaker is louder than another', (theme) => {
  const lightness = speakersOf(theme).map((colour) => oklab(linear(colour))[0]);
  expect(Math.max(...lightness) - Math.min(...lightness)).toBeLessThanOrEqual(0.13);
});

test.each(['dark', 'light'] as const)('%s: the first six differ, also to the colour-blind', (theme) => {
  const first = speakersOf(theme).slice(0, 6).map(linear);
  for (const [kind, rows] of Object.entries(blindness)) {
    const seen = first.map((colour) => oklab(rows.map((row) => dot(row, colour)) as Rgb));
    for (const [i, a] of seen.entries())
      for (const b of seen.slice(0, i)) expect(distance(a, b), `${kind} ${i}`).toBeGreaterThan(0.03);
  }
});

test('the thirteenth speaker has the first hue with a pattern', () => {
  expect(speakerLook(0)).toMatchObject({ hue: 0, pattern: 'solid' });
  expect(speakerLook(12)).toMatchObject({ hue: 0, pattern: 'stripes' });
  expect(speakerLook(9999).hue).toBe(9999 % 12);
});

test.each([
  ['Anna', 'A'],
  ['Dr. Ito', 'DI'],
  ['Speaker 12', '12'],
  ['山田 太郎', '山太'],
  ['محمد علي', 'مع'],
  ['👩‍🎤', '?'],
  ['élodie', 'É'],
])('%s is shown as %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
