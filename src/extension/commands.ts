import * as vscode from 'vscode';
import type { AskPerson } from './askPerson.ts';
import { failureOf, isCancelled } from './failures.ts';

/** Every command of the extension. */
export const COMMANDS = [
  'tranche.profile',
  'tranche.previewRows',
  'tranche.plan',
  'tranche.run',
  'tranche.rehearse',
  'tranche.writeFiles',
  'tranche.openSample',
  'tranche.setApiKey',
  'tranche.removeApiKey',
  'tranche.showLog',
  'tranche.resumeRun',
  'tranche.cancelRun',
  'tranche.openResults',
  'tranche.revealResults',
  'tranche.showFailures',
  'tranche.copyBatchId',
  'tranche.copyRunId',
  'tranche.openJob',
] as const;

export type CommandId = (typeof COMMANDS)[number];

/** What a command does with what it was called on. */
export type CommandTable = Readonly<Record<CommandId, (called: unknown) => unknown>>;

/** What helps after a failure. */
function helpFor(code: string): readonly { readonly title: string; readonly command: string }[] {
  if (code === 'noKey') return [{ title: 'Set API Key', command: 'tranche.setApiKey' }];
  return code === 'internal' ? [{ title: 'Show Log', command: 'tranche.showLog' }] : [];
}

export interface CommandDeps {
  readonly ask: AskPerson;
  readonly onError: (command: CommandId, message: string) => void;
}

/** Registers every command; the table is loaded with the first of them. What one of them throws becomes one sentence. */
export function registerCommands(load: () => Promise<CommandTable>, { ask, onError }: CommandDeps): vscode.Disposable {
  const run = async (id: CommandId, called: unknown): Promise<unknown> => {
    try {
      return await (await load())[id](called);
    } catch (error) {
      if (isCancelled(error)) return undefined;
      const { code, message } = failureOf(error);
      onError(id, message);
      const help = helpFor(code);
      const titles = help.map(({ title }) => title);
      void ask.tell('error', message, titles).then((chosen) => {
        const command = help.find(({ title }) => title === chosen)?.command;
        if (command !== undefined) void vscode.commands.executeCommand(command);
      });
      return undefined;
    }
  };
  return vscode.Disposable.from(
    ...COMMANDS.map((id) => vscode.commands.registerCommand(id, (called: unknown) => run(id, called))),
  );
}
