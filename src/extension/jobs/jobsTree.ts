import * as vscode from 'vscode';
import { folderText } from '../pages/placeText.ts';
import { ignoredSettings, ignoredSettingsText } from './ignoredSettings.ts';
import { jobName } from './jobName.ts';
import { readWorkspaceSettings } from './readWorkspaceSettings.ts';

const JOBS_VIEW = 'tranche.jobs';
export const JOB_GLOB = '**/*.tranche.json';
const MAX_JOBS = 500;

/** The job files of the workspace. */
export interface JobsTree extends vscode.Disposable {
  readonly view: vscode.TreeView<string>;
}

function jobItem(id: string): vscode.TreeItem {
  const uri = vscode.Uri.parse(id);
  const item = new vscode.TreeItem(jobName(uri.path), vscode.TreeItemCollapsibleState.None);
  item.id = id;
  item.resourceUri = uri;
  item.description = folderText(uri);
  item.tooltip = uri.fsPath;
  item.iconPath = new vscode.ThemeIcon('checklist');
  item.contextValue = 'job';
  item.command = { command: 'vscode.open', title: 'Open', arguments: [uri] };
  item.accessibilityInformation = { label: `Batch job ${jobName(uri.path)}` };
  return item;
}

export function openJobsTree(): JobsTree {
  const changed = new vscode.EventEmitter<undefined>();
  const fire = (): void => changed.fire(undefined);
  let watching: vscode.Disposable | null = null;

  /** Only a view that somebody opened costs a watcher. */
  const watch = (): void => {
    if (watching !== null) return;
    const watcher = vscode.workspace.createFileSystemWatcher(JOB_GLOB, false, true, false);
    const folders = vscode.workspace.onDidChangeWorkspaceFolders(fire);
    watching = vscode.Disposable.from(watcher, watcher.onDidCreate(fire), watcher.onDidDelete(fire), folders);
  };

  const warn = async (): Promise<void> => {
    const keys = (await readWorkspaceSettings()).flatMap(ignoredSettings);
    view.message = ignoredSettingsText(keys) ?? '';
  };

  const view = vscode.window.createTreeView<string>(JOBS_VIEW, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async (id) => {
        if (id !== undefined) return [];
        watch();
        void warn();
        const uris = await vscode.workspace.findFiles(JOB_GLOB, '**/node_modules/**', MAX_JOBS);
        return uris.map((uri) => uri.toString()).sort();
      },
      getTreeItem: jobItem,
    },
  });
  return {
    view,
    dispose: () => {
      watching?.dispose();
      view.dispose();
      changed.dispose();
    },
  };
}
