import { Command } from 'commander';
import { AppError } from '#shared/api/errors.ts';
import { optionFor } from '#shared/engine/system-variants.ts';
import { systemDescriptions } from '#shared/engine/systems.ts';
import { modelDirs } from '#jobs/workspace.ts';
import { checkModels } from '#models/check.ts';
import { readMirror } from '#models/mirror.ts';
import { offerPulls } from '#models/offer.ts';
import { addModel, removeModel } from '#models/own-models.ts';
import { pullModel } from '#models/pull.ts';
import { listModels, type ListedModel } from '#models/registry.ts';
import { userModelsDir } from '#runtime/dirs.ts';
import { exitCode, guarded, printable, UsageError, type ExitCode } from './exit.ts';
import { askYes, consentText } from './models-consent.ts';

interface Common {
  modelsDir?: string;
  json?: boolean;
}

/** `diarist models`: what nets there are, and getting, checking, removing and adding them. */
export function modelsCommand(): Command {
  const command = new Command('models').description('List, get, check, remove and add the nets that systems use.');
  const sub = (name: string, description: string): Command => {
    const child = command
      .command(name)
      .description(description)
      .option('--models-dir <dir>', 'models folder to work on, searched first')
      .option('--json', 'as JSON')
      .exitOverride();
    return child;
  };
  sub('list', 'List all models: where they come from, their licence, what is installed.').action((options: Common) =>
    run(options, () => list(options)),
  );
  sub('pull', 'Get models from their official addresses, or from a mirror folder.')
    .argument('<id...>', 'models, or systems whose missing models are wanted')
    .option('--mirror <dir>', 'take the files from this folder (manifest.json); no network')
    .option('--yes', 'agree to the licences shown')
    .action((ids: string[], options: Common & { mirror?: string; yes?: boolean }) =>
      run(options, () => pull(ids, options)),
    );
  sub('verify', 'Check the content of installed models by their SHA-256.')
    .argument('[id...]', 'models; none = all that are installed')
    .action((ids: string[], options: Common) => run(options, () => verify(ids, options)));
  sub('remove', 'Delete pulled or added models.')
    .argument('<id...>', 'models')
    .action((ids: string[], options: Common) => run(options, () => remove(ids, options)));
  sub('add', 'Put an ONNX file of your own into the slot of a model.')
    .argument('<file>', 'ONNX file')
    .requiredOption('--as <slot>', 'id of the model whose place it takes (see diarist models list)')
    .action((file: string, options: Common & { as: string }) => run(options, () => add(file, options)));
  return command;
}

async function run(options: Common, body: () => Promise<ExitCode>): Promise<void> {
  process.exitCode = await guarded(options.json ?? false, body);
}

const folderOf = (options: Common): string => options.modelsDir ?? userModelsDir();
const print = (line: string): void => void process.stdout.write(`${printable(line)}\n`);
const megabytes = (bytes: number | null): string =>
  bytes === null ? 'size unknown' : `${(bytes / 1e6).toFixed(1)} MB`;

async function known(options: Common): Promise<Map<string, ListedModel>> {
  return new Map((await listModels(modelDirs(options.modelsDir))).map((model) => [model.id, model]));
}

function pick(models: ReadonlyMap<string, ListedModel>, id: string): ListedModel {
  const model = models.get(id);
  if (model) return model;
  throw new AppError('bad-parameter', `No model is called ${id}.`, { fix: 'diarist models list shows the names.' });
}

async function list(options: Common): Promise<ExitCode> {
  const models = [...(await known(options)).values()];
  const systemsOf = (id: string): string[] =>
    systemDescriptions
      .filter((system) => system.models.includes(id) || system.optionalModels?.includes(id))
      .map((system) => system.id);
  if (options.json) {
    print(JSON.stringify(models.map((model) => ({ ...model, systems: systemsOf(model.id) }))));
    return exitCode.ok;
  }
  for (const model of models) {
    const state = model.installed
      ? model.bundled
        ? 'comes with the app'
        : 'installed'
      : model.downloads.length > 0
        ? 'can be pulled'
        : 'mirror or your own file only';
    const flag = model.nonCommercial ? ', NON-COMMERCIAL' : '';
    const systems = systemsOf(model.id);
    const option = optionFor(model.id);
    print(`${model.id}  ${model.stage} (${state}; ${megabytes(model.bytes)}; ${model.licence}${flag})`);
    const uses = [...systems, ...(option === null ? [] : [`any system with ${option}`])];
    if (uses.length > 0) print(`  used by ${uses.join(', ')}`);
  }
  const disk = models
    .filter((model) => model.installed && !model.bundled)
    .reduce((sum, model) => sum + (model.bytes ?? 0), 0);
  print(`Pulled and added models take ${megabytes(disk)} in ${folderOf(options)}.`);
  return exitCode.ok;
}

/** A system stands for the models it lacks. */
function wanted(ids: readonly string[], models: ReadonlyMap<string, ListedModel>): ListedModel[] {
  const found = new Map<string, ListedModel>();
  for (const id of ids) {
    const system = models.has(id) ? undefined : systemDescriptions.find((one) => one.id === id);
    const names = system ? system.models.filter((name) => !models.get(name)?.installed) : [id];
    for (const name of names) found.set(name, pick(models, name));
  }
  return [...found.values()];
}

async function pull(ids: readonly string[], options: Common & { mirror?: string; yes?: boolean }): Promise<ExitCode> {
  const models = wanted(ids, await known(options));
  const mirror = options.mirror === undefined ? undefined : await readMirror(options.mirror);
  const offer = await offerPulls(models, folderOf(options), mirror ?? null, modelDirs(options.modelsDir));
  process.stderr.write(`${printable(consentText(offer))}\n`);
  if (options.yes !== true && models.length > 0 && !(await askYes())) {
    throw new UsageError('nothing was pulled: agree to the licences with --yes.');
  }
  const cancel = new AbortController();
  const interrupt = (): void => cancel.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    for (const model of models) {
      const pulled = await pullModel(model, folderOf(options), {
        ...(mirror ? { mirror } : {}),
        signal: cancel.signal,
        onProgress: progressLine(model.id),
      });
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      if (options.json) print(JSON.stringify({ type: 'pulled', ...pulled }));
      else print(`${pulled.id}: ${pulled.already ? 'is here already' : `pulled from ${pulled.from}`} (${pulled.path})`);
    }
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
  return exitCode.ok;
}

function progressLine(id: string): (done: number, total: number | null) => void {
  let shown = 0;
  return (done, total) => {
    if (!process.stderr.isTTY || Date.now() - shown < 200) return;
    shown = Date.now();
    process.stderr.write(`\r\x1b[K${id}: ${megabytes(done)}${total === null ? '' : ` of ${megabytes(total)}`}`);
  };
}

async function verify(ids: readonly string[], options: Common): Promise<ExitCode> {
  const models = await known(options);
  const chosen = ids.length > 0 ? ids.map((id) => pick(models, id)) : [...models.values()].filter((one) => one.path);
  let wrong = 0;
  for (const { id, state, sha256, error } of await checkModels(chosen)) {
    if (state === 'wrong' || state === 'absent') wrong++;
    const words = {
      right: 'is right',
      unlisted: `is here (published SHA-256 unknown, found ${sha256})`,
      wrong: error?.message ?? 'is damaged',
      absent: 'is not on this computer',
    }[state];
    if (options.json) print(JSON.stringify({ id, path: models.get(id)?.path ?? null, state: words }));
    else print(`${id}: ${words}`);
  }
  return wrong === 0 ? exitCode.ok : exitCode.failed;
}

async function remove(ids: readonly string[], options: Common): Promise<ExitCode> {
  const models = await known(options);
  const chosen = ids.map((id) => pick(models, id));
  for (const model of chosen) {
    const file = await removeModel(model, folderOf(options), modelDirs(options.modelsDir));
    if (options.json) print(JSON.stringify({ type: 'removed', id: model.id, file }));
    else print(`${model.id}: ${file === null ? 'was not there' : `deleted ${file}`}`);
  }
  return exitCode.ok;
}

async function add(file: string, options: Common & { as: string }): Promise<ExitCode> {
  const slot = pick(await known(options), options.as);
  const entry = await addModel(file, slot, folderOf(options));
  if (options.json) print(JSON.stringify({ type: 'added', ...entry }));
  else print(`${slot.id}: ${file} was copied to ${folderOf(options)}/${entry.file}`);
  return exitCode.ok;
}
