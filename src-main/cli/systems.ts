import { Command } from 'commander';
import { closestName } from '#shared/engine/closest-name.ts';
import { AUTO_SYSTEM, systemDescriptions } from '#shared/engine/systems.ts';
import { modelDirs } from '#jobs/workspace.ts';
import { listModels } from '#models/registry.ts';
import { exitCode, guarded, UsageError } from './exit.ts';

/** `diarist systems`: what `--system` and `--set` take. */
export function systemsCommand(): Command {
  return new Command('systems')
    .description('List the diarization systems and the models they need; of named ones all parameters as well.')
    .argument('[id...]', 'systems to show whole, with what --set takes')
    .option('--models-dir <dir>', 'folder searched first for model files')
    .option('--json', 'as JSON')
    .action(async (ids: string[], options: { modelsDir?: string; json?: boolean }) => {
      process.exitCode = await guarded(options.json ?? false, async () => {
        const chosen = ids.length === 0 ? systemDescriptions : ids.flatMap(pick);
        const installed = new Set(
          (await listModels(modelDirs(options.modelsDir))).filter((model) => model.installed).map((model) => model.id),
        );
        const systems = chosen.map((system) => ({
          ...system,
          missingModels: system.models.filter((id) => !installed.has(id)),
          missingOptionalModels: (system.optionalModels ?? []).filter((id) => !installed.has(id)),
        }));
        if (options.json) {
          process.stdout.write(`${JSON.stringify(systems, null, 2)}\n`);
          return exitCode.ok;
        }
        const lines = systems.flatMap((system) => linesOf(system, ids.length > 0));
        if (ids.length === 0) {
          lines.unshift(`${AUTO_SYSTEM.id}  ${AUTO_SYSTEM.label} (default)`, `  ${AUTO_SYSTEM.description}`);
          lines.push(
            'diarist systems <id> shows the parameters of one. --vad, --speaker-model and --refine vary them.',
          );
        }
        process.stdout.write(`${lines.join('\n')}\n`);
        return exitCode.ok;
      });
    });
}

type Description = (typeof systemDescriptions)[number];
type Listed = Description & { missingModels: string[]; missingOptionalModels: string[] };

/** @throws UsageError for an unknown id */
function pick(id: string): Description[] {
  // The rule has no parameters of its own, only those of what it may choose.
  const wanted: readonly string[] = id === AUTO_SYSTEM.id ? ['diarist-av', 'diarist-audio'] : [id];
  const found = systemDescriptions.filter((system) => wanted.includes(system.id));
  if (found.length > 0) return found;
  const names = systemDescriptions.map((system) => system.id);
  const meant = closestName(id, names);
  throw new UsageError(`No system is called ${id}${meant === null ? '' : `; did you mean ${meant}?`}`);
}

function linesOf(system: Listed, isWhole: boolean): string[] {
  const { missingModels, missingOptionalModels: better, substitute } = system;
  const needs = `needs ${missingModels.join(', ')}${substitute ? '; or --substitute' : ''}`;
  const state = missingModels.length === 0 ? 'ready' : needs;
  const lines = [`${system.id}  ${system.label} ${system.version} (${state})`, `  ${system.description}`];
  if (better.length > 0) {
    lines.push(`    better with ${isWhole || better.length <= 3 ? better.join(', ') : `${better.length} more models`}`);
  }
  if (!isWhole) return lines;
  for (const param of system.params) {
    const range = param.min === null || param.max === null ? '' : `, ${param.min} to ${param.max}`;
    const unit = param.unit === null ? '' : ` (${param.unit})`;
    lines.push(`    --set ${param.key}=${String(param.default)}  ${param.label}${unit}${range}`);
  }
  return lines;
}
