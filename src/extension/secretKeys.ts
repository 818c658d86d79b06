import type * as vscode from 'vscode';
import type { ProviderChoice } from '../protocol/engineProtocol.ts';
import type { AskPerson } from './askPerson.ts';

const PREFIX = 'tranche.apiKey.';
const PROMPT =
  "Kept in the editor's secret storage on this machine. It is never written to a setting, a file or a log.";

/** Keys of providers in the editor's own safe; they go to the engine's memory and nowhere else. */
export interface SecretKeys {
  readonly all: () => Promise<Readonly<Record<string, string>>>;
  /** Asks for a key; false if the person left. */
  readonly ask: (provider: string) => Promise<boolean>;
  readonly remove: () => Promise<void>;
  /** Keys that were read, for the log to leave out. */
  readonly known: () => readonly string[];
  readonly onChange: (listener: () => void) => vscode.Disposable;
}

export function keyedProviders(choices: readonly ProviderChoice[]): readonly string[] {
  return choices.filter(({ key }) => key !== 'notNeeded').map(({ name }) => name);
}

export function openSecretKeys(secrets: vscode.SecretStorage, ask: AskPerson): SecretKeys {
  let known: readonly string[] = [];

  const stored = async (): Promise<readonly string[]> => {
    const keys = await secrets.keys();
    return keys.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
  };

  return {
    all: async () => {
      const keys: Record<string, string> = {};
      for (const provider of await stored()) {
        const key = await secrets.get(PREFIX + provider);
        if (key !== undefined) keys[provider] = key;
      }
      known = [...new Set([...known, ...Object.values(keys)])];
      return keys;
    },
    ask: async (provider) => {
      const key = await ask.secret(`API Key for ${provider}`, PROMPT, (text) =>
        /\s/.test(text.trim()) ? 'A key has no spaces in it.' : null,
      );
      const trimmed = key?.trim() ?? '';
      if (trimmed === '') return false;
      known = [...known, trimmed];
      await secrets.store(PREFIX + provider, trimmed);
      return true;
    },
    remove: async () => {
      const providers = await stored();
      if (providers.length === 0) {
        void ask.tell('info', 'Tranche keeps no API key. A key of the environment is not Tranche’s to remove.', []);
        return;
      }
      const provider =
        providers.length === 1
          ? providers[0]
          : await ask.pick(
              'Remove the API Key of Which Provider?',
              providers.map((name) => ({ id: name, label: name, description: '' })),
            );
      if (provider === undefined) return;
      await secrets.delete(PREFIX + provider);
      void ask.tell('info', `The API key for ${provider} is removed.`, []);
    },
    known: () => known,
    onChange: (listener) =>
      secrets.onDidChange(({ key }) => {
        if (key.startsWith(PREFIX)) listener();
      }),
  };
}
