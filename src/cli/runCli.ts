import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { isTrancheError, messageOf } from '../core/errors.ts';
import { withContext, type CommandContext } from './commandContext.ts';
import { plan } from './commands/plan.ts';
import { render } from './commands/render.ts';

declare const __VERSION__: string;

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return value;
}

/** Builds the commands; each sets the exit code through `done`. */
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
      act((context) => plan(job, { balance: flags.balance ?? null, json: flags.json }, context)),
    );
  root
    .command('render <job>')
    .description('write the chunk files, keys.parquet and a manifest; nothing is sent')
    .requiredOption('--out <folder>', 'folder for the files')
    .option('--json', 'print JSON', false)
    .action((job: string, flags: { out: string; json: boolean }) => act((context) => render(job, flags, context)));
  return root;
}

/** Runs one command line; returns the exit code. Every error is one sentence on standard error. */
export async function runCli(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  try {
    await program((code) => (exitCode = code)).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`tranche: ${messageOf(error)}\n`);
    return isTrancheError(error) ? error.exitCode : 1;
  }
}
