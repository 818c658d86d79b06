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

/** Watches a file, or the data files below a folder. */
export interface DataWatch extends vscode.Disposable {
  /** What lies there now is what is read from here on: only what comes later is a change. */
  readonly mark: () => Promise<void>;
  /** Tells of a change since the last mark, if there is one. */
  readonly look: () => Promise<void>;
}

/** Watches from now on, and tells of a change once it has settled. */
export function watchData(uri: vscode.Uri, onChange: (change: DataChange) => void): DataWatch {
  const owned: vscode.Disposable[] = [];
  let marked = stampOf(uri);
  let isTouched = false; // a folder's stamp says nothing of the files below it
  let timer: NodeJS.Timeout | null = null;
  let isDisposed = false;

  const look = async (): Promise<void> => {
    const [before, now] = await Promise.all([marked, stampOf(uri)]);
    if (isDisposed) return;
    if (now === null) onChange('deleted');
    else if (now.isFolder ? isTouched : before?.mtime !== now.mtime || before.size !== now.size) onChange('changed');
  };

  const watch = (isFolder: boolean): void => {
    if (isDisposed) return;
    const soon = (changed: vscode.Uri): void => {
      if (isFolder && changed.path !== uri.path && !DATA_FILE.test(changed.path)) return;
      isTouched = true;
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(() => void look(), SETTLE_MS);
    };
    const watcher = vscode.workspace.createFileSystemWatcher(patternOf(uri, isFolder));
    owned.push(watcher, watcher.onDidChange(soon), watcher.onDidCreate(soon), watcher.onDidDelete(soon));
  };

  void marked.then((stamp) => watch(stamp?.isFolder ?? false));
  return {
    mark: async () => {
      isTouched = false;
      marked = stampOf(uri);
      await marked;
    },
    look,
    dispose: () => {
      isDisposed = true;
      if (timer !== null) clearTimeout(timer);
      for (const one of owned) one.dispose();
    },
  };
}
