import path from 'node:path';
import type { Provider, ProviderWish } from '#shared/engine/protocol.ts';

/**
 * What the nets run on, in words: `cpu`; `cuda`; with the reasons in brackets where one does not run on what was wished,
 * `cpu (webgpu refused: no adapter)`, or by net where not all have the same: `webgpu and cpu (head.onnx on cpu: …)`.
 * @param opened by model file
 */
export function noteOfProviders(
  wish: ProviderWish,
  opened: ReadonlyMap<string, { provider: Provider; reason: string | null }>,
): string {
  if (opened.size === 0) return wish;
  const all = [...opened];
  const used = [...new Set(all.map(([, { provider }]) => provider))].sort(
    (a, b) => Number(a === 'cpu') - Number(b === 'cpu'),
  );
  const names = used.join(' and ');
  const fallen = all.filter(([, { reason }]) => reason !== null);
  if (fallen.length === 0) return names;
  const reasons = new Set(fallen.map(([, { reason }]) => reason));
  if (reasons.size === 1 && fallen.length === all.length) return `${names} (${[...reasons].join('')})`;
  const byNet = fallen.map(([file, { provider, reason }]) => `${path.basename(file)} on ${provider}: ${reason}`);
  return `${names} (${byNet.join('; ')})`;
}
