export interface FaceFacts {
  /** `--serve` */
  serve: boolean;
  platform: NodeJS.Platform;
  isRoot: boolean;
  env: Readonly<Record<string, string | undefined>>;
}

export type FaceChoice = { face: 'desktop' } | { face: 'served'; reason: string | null };

/**
 * Which face may be tried: `reason` is said to the person in one line; null where they asked for it. Chromium's sandbox
 * does not start for root, and without a display there is no window.
 */
export function chooseFace(facts: FaceFacts): FaceChoice {
  if (facts.serve) return { face: 'served', reason: null };
  if (facts.platform === 'linux' && !facts.env['DISPLAY'] && !facts.env['WAYLAND_DISPLAY']) {
    return { face: 'served', reason: 'this computer has no display' };
  }
  if (facts.isRoot) return { face: 'served', reason: 'the desktop window does not run as root' };
  return { face: 'desktop' };
}
