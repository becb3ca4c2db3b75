import { Command } from 'commander';
import { AUTO_SYSTEM, systemDescriptions } from '#shared/engine/systems.ts';
import { modelDirs } from '#jobs/workspace.ts';
import { listModels } from '#models/registry.ts';
import { exitCode, guarded } from './exit.ts';

/** `diarist systems`: what `--system` and `--set` take. */
export function systemsCommand(): Command {
  return new Command('systems')
    .description('List the diarization systems, their parameters and the models they need.')
    .option('--models-dir <dir>', 'folder searched first for model files')
    .option('--json', 'as JSON')
    .action(async (options: { modelsDir?: string; json?: boolean }) => {
      process.exitCode = await guarded(options.json ?? false, async () => {
        const installed = new Set(
          (await listModels(modelDirs(options.modelsDir))).filter((model) => model.installed).map((model) => model.id),
        );
        const systems = systemDescriptions.map((system) => ({
          ...system,
          missingModels: system.models.filter((id) => !installed.has(id)),
          missingOptionalModels: (system.optionalModels ?? []).filter((id) => !installed.has(id)),
        }));
        if (options.json) {
          process.stdout.write(`${JSON.stringify(systems, null, 2)}\n`);
          return exitCode.ok;
        }
        process.stdout.write(`${AUTO_SYSTEM.id}  ${AUTO_SYSTEM.label} (default)\n  ${AUTO_SYSTEM.description}\n`);
        for (const system of systems) {
          const state = system.missingModels.length === 0 ? 'ready' : `needs ${system.missingModels.join(', ')}`;
          process.stdout.write(`${system.id}  ${system.label} ${system.version} (${state})\n  ${system.description}\n`);
          if (system.missingOptionalModels.length > 0) {
            process.stdout.write(`    better with ${system.missingOptionalModels.join(', ')}\n`);
          }
          for (const param of system.params) {
            const range = param.min === null || param.max === null ? '' : `, ${param.min} to ${param.max}`;
            process.stdout.write(
              `    --set ${param.key}=${String(param.default)}  ${param.label}${param.unit === null ? '' : ` (${param.unit})`}${range}\n`,
            );
          }
        }
        return exitCode.ok;
      });
    });
}
