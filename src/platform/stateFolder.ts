import path from 'node:path';
import envPaths from 'env-paths';

/** The variables of a process: `process.env`, or a few of a test. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where a person's runs and settings lie: all below `TRANCHE_HOME` if it is set, else where the operating system keeps such things. Absolute paths; nothing is made. */
export function stateFolders(env: Environment): { readonly state: string; readonly config: string } {
  const home = env['TRANCHE_HOME'];
  if (home !== undefined && home !== '') return { state: path.resolve(home), config: path.resolve(home) };
  const { data, config } = envPaths('tranche', { suffix: '' });
  return { state: data, config };
}
