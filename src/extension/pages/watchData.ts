import * as vscode from 'vscode';

/** What happened to the watched data. */
export type DataChange = 'changed' | 'deleted';

const SETTLE_MS = 300;
const DATA_FILE = /\.(parquet|parq|pq|csv|tsv|jsonl|ndjson|arrow|arrows|feather)(\.(gz|zst|zstd))?$/i;

interface Stamp {
  readonly mtime: number;
  readonly size: number;
  readonly isFolder: boolean;
}

async function stampOf(uri: vscode.Uri): Promise<Stamp | null> {
  try {
    const { mtime, size, type } = await vscode.workspace.fs.stat(uri);
    return { mtime, size, isFolder: (type & vscode.FileType.Directory) !== 0 };
  } catch {
    return null; // gone, which is what the caller wants to know
  }
}

function patternOf(uri: vscode.Uri, isFolder: boolean): vscode.RelativePattern {
  if (isFolder) return new vscode.RelativePattern(uri, '**');
  const name = (uri.path.split('/').at(-1) ?? '').replace(/[[\]{}*?!]/g, '[$&]');
  return new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), name);
}

/** Watches a file, or the data files below a folder, and tells once a change has settled. */
export function watchData(uri: vscode.Uri, onChange: (change: DataChange) => void): vscode.Disposable {
  const owned: vscode.Disposable[] = [];
  let timer: NodeJS.Timeout | null = null;
  let isDisposed = false;

  const look = async (before: Stamp | null): Promise<void> => {
    const now = await stampOf(uri);
    if (isDisposed) return;
    if (now === null) onChange('deleted');
    else if (now.isFolder || before?.mtime !== now.mtime || before.size !== now.size) onChange('changed');
  };

  const watch = (before: Stamp | null): void => {
    if (isDisposed) return;
    const isFolder = before?.isFolder ?? false;
    const soon = (changed: vscode.Uri): void => {
      if (isFolder && changed.path !== uri.path && !DATA_FILE.test(changed.path)) return;
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => void look(before), SETTLE_MS);
    };
    const watcher = vscode.workspace.createFileSystemWatcher(patternOf(uri, isFolder));
    owned.push(watcher, watcher.onDidChange(soon), watcher.onDidCreate(soon), watcher.onDidDelete(soon));
  };

  void stampOf(uri).then(watch);
  return {
    dispose: () => {
      isDisposed = true;
      if (timer !== null) clearTimeout(timer);
      for (const one of owned) one.dispose();
    },
  };
}
