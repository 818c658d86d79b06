import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { isTrancheError, messageOf } from '../core/errors.ts';
import { withContext, type CommandContext } from './commandContext.ts';
import { plainLines } from './print/plain.ts';
import type { ProfileFlags } from './commands/profile.ts';
import type { ResumeFlags } from './commands/resume.ts';
import type { RunFlags } from './commands/run.ts';
import type { RowsFlags } from './commands/rows.ts';

declare const __VERSION__: string;

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return value;
}

/** Builds the commands; each loads its own code when it is run, and sets the exit code through `done`. */
function program(done: (exitCode: number) => void): Command {
  const root = new Command('tranche')
    .description('Push a table through a batch inference API: footprint, plan, runs, results joined row by row.')
    .version(__VERSION__)
    .exitOverride()
    .showHelpAfterError('(--help lists what there is)');
  const act = async (command: (context: CommandContext) => Promise<number>): Promise<void> =>
    done(await withContext(command));

  root
    .command('plan <job>')
    .description('cut the dataset into chunks under every limit; nothing is written or sent')
    .option('--balance <chunks>', 'as if cut into this many chunks of even size', positive)
    .option('--json', 'print JSON', false)
    .action((job: string, flags: { balance?: number; json: boolean }) =>
      act(async (context) =>
        (await import('./commands/plan.ts')).plan(job, { balance: flags.balance ?? null, json: flags.json }, context),
      ),
    );
  root
    .command('render <job>')
    .description('write the chunk files, keys.parquet and a manifest; nothing is sent')
    .requiredOption('--out <folder>', 'folder for the files')
    .option('--json', 'print JSON', false)
    .action((job: string, flags: { out: string; json: boolean }) =>
      act(async (context) => (await import('./commands/render.ts')).render(job, flags, context)),
    );
  addDatasetCommands(root, act);
  addRunCommands(root, act);
  return root;
}

type Act = (command: (context: CommandContext) => Promise<number>) => Promise<void>;

const each = (value: string, before: readonly string[]): string[] => [...before, value];

function addDatasetCommands(root: Command, act: Act): void {
  root
    .command('profile <uri>')
    .description('show what a dataset weighs: on disk, in memory, as batch lines, in tokens')
    .option('--job <job>', 'lines, tokens and cost of this job over it')
    .option('--exact', 'read every row and count every token', false)
    .option('--json', 'print JSON', false)
    .action((uri: string, flags: ProfileFlags) =>
      act(async (context) => (await import('./commands/profile.ts')).profile(uri, flags, context)),
    );
  root
    .command('rows <uri>')
    .description('print rows as JSON Lines')
    .option('--columns <names>', 'only these, separated by commas')
    .option('--limit <n>', 'only the first so many rows', positive)
    .option('--json', 'print JSON (it always does)', false)
    .action((uri: string, flags: RowsFlags) =>
      act(async (context) => (await import('./commands/rows.ts')).rows(uri, flags, context)),
    );
}

function addRunCommands(root: Command, act: Act): void {
  root
    .command('run <job>')
    .description('plan, send, wait and join; goes on with an unfinished run of the same plan')
    .option('--provider <name>', 'where to send it: rehearsal (no key, no cost), openai, or one set up on this machine')
    .option('--yes', 'accept the greatest cost without being asked', false)
    .option('--accept-unknown-cost', 'accept a cost that no price list tells', false)
    .option('--new', 'start another run although one of the same plan is unfinished', false)
    .option('--replace', 'overwrite the results of another run', false)
    .option('--fault <name>', 'rehearsal only: practise a fault (may be repeated)', each, [])
    .option('--json', 'print one JSON event a line', false)
    .action((job: string, flags: RunFlags) =>
      act(async (context) => (await import('./commands/run.ts')).run(job, flags, context)),
    );
  root
    .command('runs')
    .description('list the runs of this machine')
    .option('--json', 'print JSON', false)
    .action((flags: { json: boolean }) =>
      act(async (context) => (await import('./commands/runs.ts')).runs(flags, context)),
    );
  root
    .command('status <id>')
    .description('show one run with its chunks')
    .option('--json', 'print JSON', false)
    .action((id: string, flags: { json: boolean }) =>
      act(async (context) => (await import('./commands/runs.ts')).status(id, flags, context)),
    );
  root
    .command('resume <id>')
    .description('go on with a run that was stopped')
    .option('--replace', 'overwrite the results of another run', false)
    .option('--fault <name>', 'rehearsal only: practise a fault (may be repeated)', each, [])
    .option('--json', 'print one JSON event a line', false)
    .action((id: string, flags: Omit<ResumeFlags, 'cancel'>) =>
      act(async (context) => (await import('./commands/resume.ts')).resume(id, { ...flags, cancel: false }, context)),
    );
  root
    .command('cancel <id>')
    .description("cancel a run's batches at the provider and keep what they did")
    .option('--replace', 'overwrite the results of another run', false)
    .option('--json', 'print one JSON event a line', false)
    .action((id: string, flags: { json: boolean; replace: boolean }) =>
      act(async (context) =>
        (await import('./commands/resume.ts')).resume(id, { ...flags, fault: [], cancel: true }, context),
      ),
    );
}

/** Runs one command line; returns the exit code. Every error is one sentence on standard error. */
export async function runCli(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  try {
    await program((code) => (exitCode = code)).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`tranche: ${plainLines(messageOf(error))}\n`);
    return isTrancheError(error) ? error.exitCode : 1;
  }
}
