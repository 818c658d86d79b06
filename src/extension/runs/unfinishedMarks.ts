import * as vscode from 'vscode';

/** Remembers by one empty file a run which runs this machine's windows have seen unfinished, so that a new window knows without an engine. */
export interface UnfinishedMarks {
  readonly any: () => Promise<boolean>;
  /** Makes the marks those of exactly these runs, or changes one. */
  readonly replace: (runIds: readonly string[]) => Promise<void>;
  readonly set: (runId: string, isUnfinished: boolean) => Promise<void>;
}

export function openUnfinishedMarks(storage: vscode.Uri): UnfinishedMarks {
  const folder = vscode.Uri.joinPath(storage, 'unfinished');
  const fs = vscode.workspace.fs;
  const seen = new Map<string, boolean>();

  const names = async (): Promise<readonly string[]> => {
    try {
      return (await fs.readDirectory(folder)).map(([name]) => name);
    } catch {
      return []; // there is none before the first run
    }
  };

  const set = async (runId: string, isUnfinished: boolean): Promise<void> => {
    if (seen.get(runId) === isUnfinished) return;
    seen.set(runId, isUnfinished);
    const file = vscode.Uri.joinPath(folder, runId);
    try {
      if (isUnfinished) await fs.writeFile(file, new Uint8Array());
      else await fs.delete(file);
    } catch {
      seen.delete(runId); // a hint only: an open view finds the run as well
    }
  };

  return {
    any: async () => (await names()).length > 0,
    replace: async (runIds) => {
      const wanted = new Set(runIds);
      const old = (await names()).filter((name) => !wanted.has(name));
      await Promise.all([...old.map((name) => set(name, false)), ...runIds.map((name) => set(name, true))]);
    },
    set,
  };
}
