import type { ExtensionContext } from 'vscode';
import { compose } from './compose.ts';
import type { TestApi } from './testApi.ts';

export function activate(context: ExtensionContext): TestApi | undefined {
  return compose(context);
}

/** Nothing is left to the end: engines stop when their window is gone, and every step of a run is on disk before it is done. */
export function deactivate(): void {
  // everything is disposed with the context
}
