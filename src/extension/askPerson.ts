import * as vscode from 'vscode';
import { plainText } from './plainText.ts';

export interface PickItem {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
}

/** Questions to the person at the window; tests answer them in their place. */
export interface AskPerson {
  /** A question that blocks the window; undefined where the person says no, for which `no` has the words. */
  readonly confirm: (
    message: string,
    detail: string,
    actions: readonly string[],
    no?: string,
  ) => Promise<string | undefined>;
  /** The id of what was picked. */
  readonly pick: (title: string, items: readonly PickItem[]) => Promise<string | undefined>;
  /** The path of a folder; where it is asked for, the one that `beside` lies in is shown. */
  readonly folder: (title: string, openLabel: string, beside: string) => Promise<string | undefined>;
  /** A text that is not shown while it is typed; `problemOf` says what is wrong with it. */
  readonly secret: (
    title: string,
    prompt: string,
    problemOf: (text: string) => string | null,
  ) => Promise<string | undefined>;
  /** A sentence in the corner, with what to do next. */
  readonly tell: (
    kind: 'info' | 'warning' | 'error',
    message: string,
    actions: readonly string[],
  ) => Promise<string | undefined>;
}

export function askInWindow(): AskPerson {
  return {
    confirm: async (message, detail, actions, no = 'Cancel') => {
      const items = [...actions.map((title) => ({ title })), { title: no, isCloseAffordance: true }];
      const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...items);
      return actions.find((title) => title === chosen?.title);
    },
    pick: async (title, items) => {
      const picked = await vscode.window.showQuickPick([...items], { title, matchOnDescription: true });
      return picked?.id;
    },
    folder: async (title, openLabel, beside) => {
      const picked = await vscode.window.showOpenDialog({
        title,
        openLabel,
        defaultUri: vscode.Uri.joinPath(vscode.Uri.file(beside), '..'),
        canSelectFiles: false,
        canSelectFolders: true,
      });
      return picked?.[0]?.fsPath;
    },
    secret: async (title, prompt, problemOf) =>
      vscode.window.showInputBox({ title, prompt, password: true, ignoreFocusOut: true, validateInput: problemOf }),
    tell: async (kind, text, actions) => {
      const message = plainText(text);
      if (kind === 'info') return vscode.window.showInformationMessage(message, ...actions);
      if (kind === 'warning') return vscode.window.showWarningMessage(message, ...actions);
      return vscode.window.showErrorMessage(message, ...actions);
    },
  };
}
