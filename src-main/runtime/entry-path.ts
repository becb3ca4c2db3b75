import path from 'node:path';

/**
 * Where a worker or child process starts. From source, Node 24 runs the TypeScript file itself; the packaged app and
 * Electron run one bundled file per entry (scripts/build.ts), because Electron strips no types and asar resolves no
 * relative worker paths.
 */
const sources = {
  engine: '../engine/entry.ts',
  'onnx-worker': '../engine/onnx-worker.ts',
  'store-worker': '../store/store-worker.ts',
} as const;

declare const __DIARIST_BUNDLE__: boolean | undefined;
/** true in the files that scripts/build.ts made. */
export const isBundle = typeof __DIARIST_BUNDLE__ !== 'undefined' && __DIARIST_BUNDLE__;

export function entryPath(name: keyof typeof sources): string {
  if (!isBundle) return path.resolve(import.meta.dirname, sources[name]);
  // Workers and child processes cannot start inside app.asar: electron-builder unpacks dist/main.
  return path.join(import.meta.dirname, `${name}.js`).replace(`app.asar${path.sep}`, `app.asar.unpacked${path.sep}`);
}

/** Root of the checkout, or of the packaged app's resources. */
export function appRoot(): string {
  return path.resolve(import.meta.dirname, '../..');
}
