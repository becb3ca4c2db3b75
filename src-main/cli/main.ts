import { Command, CommanderError } from 'commander';
import { appVersion } from '#runtime/version.ts';
import { appCommand } from './app.ts';
import { convertCommand } from './convert.ts';
import { diarizeCommand } from './diarize.ts';
import { doctorCommand } from './doctor.ts';
import { enrolCommand } from './enrol.ts';
import { evaluateCommand } from './evaluate.ts';
import { exportCommand } from './export.ts';
import { exitCode } from './exit.ts';
import { fuseCommand } from './fuse.ts';
import { linkCommand } from './link.ts';
import { modelsCommand } from './models.ts';
import { posteriorsCommand } from './posteriors.ts';
import { scoreCommand } from './score.ts';
import { systemsCommand } from './systems.ts';
import { validateCommand } from './validate.ts';

/**
 * `diarist <command>`: the product without a window. Exit status: 0 done, 1 failed, 2 the command line is wrong, 3 an
 * input is bad.
 */
export function createProgram(): Command {
  const program = new Command('diarist')
    .description('Who speaks when, and which face is it? Diarization on this computer.')
    .version(appVersion(), '-V, --version')
    .showHelpAfterError('(diarist <command> --help tells more)')
    .configureHelp({ sortSubcommands: false })
    .exitOverride();
  for (const command of [
    appCommand(),
    diarizeCommand(),
    enrolCommand(),
    linkCommand(),
    convertCommand(),
    exportCommand(),
    validateCommand(),
    scoreCommand(),
    evaluateCommand(),
    fuseCommand(),
    posteriorsCommand(),
    systemsCommand(),
    modelsCommand(),
    doctorCommand(),
  ]) {
    command.exitOverride().showHelpAfterError(`(diarist ${command.name()} --help tells more)`);
    program.addCommand(command);
  }
  program.addHelpText('after', '\nExit status: 0 done, 1 failed, 2 usage, 3 bad input.');
  return program;
}

/** Runs the command line and returns the exit status; the caller exits. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    process.cwd();
  } catch {
    process.stderr.write(
      'diarist: The current folder no longer exists.\n  Change to another one (cd) and try again.\n',
    );
    return exitCode.failed;
  }
  try {
    if (argv.length === 0) {
      program.outputHelp({ error: true });
      return exitCode.usage;
    }
    await program.parseAsync([...argv], { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  }
}

// A reader that went away (`diarist … | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCode.ok);
  throw error;
});
process.exitCode = await main(process.argv.slice(2));
