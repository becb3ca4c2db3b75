import { readRegistries } from '#models/registry.ts';
import type { ModelEntry } from '#models/registry.ts';
import { optionFor } from '#shared/engine/system-variants.ts';
import { systemDescriptions } from '#shared/engine/systems.ts';

/** docs/models.md as models/registry.json has it. */
export async function modelsDocument(modelsDir: string): Promise<string> {
  const models = await readRegistries([modelsDir]);
  const stages = [...new Set(models.map((model) => model.stage))];
  const parts = [
    '# Models',
    '',
    '<!-- Written by scripts/generate-docs.ts from models/registry.json. Do not edit. -->',
    '',
    'Diarist runs with the nets it comes with. Others are got with `diarist models pull <id>` from the address named here, or',
    'with `--mirror <folder>` from a folder of files; nets that nobody offers as ONNX go into their slot with',
    '`diarist models add <file.onnx> --as <id>`. In the window, Models does the same. Nothing is pulled before its licence was shown and agreed to, and a file of',
    'another SHA-256 than the one below is refused. “Published” is the figure its authors publish, not a measure of ours',
    'unless it says so.',
    '',
  ];
  for (const stage of stages) {
    parts.push(`## ${stage[0]!.toUpperCase()}${stage.slice(1)}`, '');
    for (const model of models.filter((one) => one.stage === stage)) parts.push(...section(model), '');
  }
  return parts.join('\n');
}

function section(model: ModelEntry): string[] {
  const systems = systemDescriptions.filter(
    (system) => system.models.includes(model.id) || system.optionalModels?.includes(model.id),
  );
  const option = optionFor(model.id);
  const uses = [
    ...systems.map((system) => system.label),
    ...(option === null ? [] : [`any system with \`${option}\``]),
  ];
  const size = model.bytes === null ? 'unknown' : `${model.bytes} bytes`;
  return [
    `### ${model.id}`,
    '',
    `- Get it: ${howToGet(model)}`,
    `- Licence: ${model.licence}${model.nonCommercial ? ' — **non-commercial use only**' : ''}`,
    `- Size: ${size}; SHA-256: ${model.sha256 === null ? 'not known' : `\`${model.sha256}\``}`,
    `- Source: ${model.urls.map((url) => `<${url}>`).join(', ') || 'this repository'}`,
    `- Contract: ${escaped(model.contract)}`,
    `- Input: ${escaped(model.preprocessing)}`,
    `- Published: ${escaped(model.published.figure)} (${escaped(model.published.source)})`,
    ...(uses.length > 0 ? [`- Used by: ${uses.join(', ')}`] : []),
  ];
}

function howToGet(model: ModelEntry): string {
  if (model.location.kind !== 'pull') return 'comes with the app';
  if (model.downloads.length > 0)
    return `\`diarist models pull ${model.id}\` (${model.downloads.map((url) => `<${url}>`).join(', ')})`;
  return `\`diarist models pull ${model.id} --mirror <folder>\`, or \`diarist models add <file.onnx> --as ${model.id}\``;
}

const escaped = (text: string): string => text.replaceAll(/[_*<>[\]]/gu, (sign) => `\\${sign}`);
