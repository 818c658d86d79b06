import * as vscode from 'vscode';
import { redact } from './redact.ts';

/** The Tranche channel of the Output view; no key ever gets into it. */
export interface Log extends vscode.Disposable {
  readonly debug: (message: string) => void;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly error: (message: string) => void;
  readonly show: () => void;
}

export function openLog(secrets: () => readonly string[]): Log {
  const channel = vscode.window.createOutputChannel('Tranche', { log: true });
  const clean = (message: string): string => redact(message, secrets());
  return {
    debug: (message) => channel.debug(clean(message)),
    info: (message) => channel.info(clean(message)),
    warn: (message) => channel.warn(clean(message)),
    error: (message) => channel.error(clean(message)),
    show: () => channel.show(),
    dispose: () => channel.dispose(),
  };
}
