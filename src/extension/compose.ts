import * as vscode from 'vscode';
import { askInWindow, type AskPerson } from './askPerson.ts';
import { registerCommands } from './commands.ts';
import { openWindowEngine } from './client/windowEngine.ts';
import { CHUNK_SCHEME } from './jobs/chunkScheme.ts';
import { registerJobLenses } from './jobs/jobLenses.ts';
import { isJobPath } from './jobs/jobName.ts';
import { openJobsTree } from './jobs/jobsTree.ts';
import type { OnDemand } from './later.ts';
import { loadLater } from './loadLater.ts';
import { openLog } from './log.ts';
import { FOOTPRINT_VIEW, PLAN_VIEW, ROWS_VIEW } from './pages/viewTypes.ts';
import { openRunNotices } from './runs/runNotices.ts';
import { nodeId } from './runs/nodeId.ts';
import { openRunRows, type RunRows } from './runs/runRows.ts';
import { openRunStore, type RunStore } from './runs/runStore.ts';
import { openRunsTree } from './runs/runsTree.ts';
import { openRunStatus } from './runs/statusBar.ts';
import { openUnfinishedMarks } from './runs/unfinishedMarks.ts';
import { openRunWatch } from './runs/watchRuns.ts';
import { openSecretKeys } from './secretKeys.ts';
import { openSlices } from './slices.ts';
import type { TestApi } from './testApi.ts';

/** A window that has just opened has better things to do. */
const LOOK_FOR_RUNS_MS = 1000;

/** A person, or a test in their place. */
function openAsk(): { readonly ask: AskPerson; readonly answer: TestApi['answer'] } {
  let current = askInWindow();
  return {
    ask: {
      confirm: (...question) => current.confirm(...question),
      pick: (...question) => current.pick(...question),
      folder: (...question) => current.folder(...question),
      secret: (...question) => current.secret(...question),
      tell: (...question) => current.tell(...question),
    },
    answer: (answers) => {
      current = { ...current, ...answers };
    },
  };
}

function seenRuns(store: RunStore, rows: RunRows): Pick<TestApi, 'runs' | 'rows'> {
  return {
    runs: () => store.runIds().flatMap((runId) => store.run(runId)?.run ?? []),
    rows: (id) =>
      rows.children(id).map((row) => {
        const { label, description } = rows.item(row) ?? { label: '', description: '' };
        return { id: row, label, description };
      }),
  };
}

/** Pages that outlive a window, texts that lie in no file, and jobs that are saved. */
function registerDocuments(onDemand: () => Promise<OnDemand>): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.window.registerWebviewPanelSerializer(FOOTPRINT_VIEW, {
      deserializeWebviewPanel: async (panel, state) => (await onDemand()).restoreFootprint(panel, state),
    }),
    vscode.window.registerWebviewPanelSerializer(PLAN_VIEW, {
      deserializeWebviewPanel: async (panel, state) => (await onDemand()).restorePlan(panel, state),
    }),
    vscode.window.registerWebviewPanelSerializer(ROWS_VIEW, {
      deserializeWebviewPanel: async (panel, state) => (await onDemand()).restoreRows(panel, state),
    }),
    vscode.workspace.registerTextDocumentContentProvider(CHUNK_SCHEME, {
      provideTextDocumentContent: async (uri, token) => (await onDemand()).chunkText(uri, token),
    }),
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (uri.scheme === 'file' && isJobPath(uri.path)) void onDemand().then(({ checkJob }) => checkJob(uri.fsPath));
    }),
  );
}

/** The only place that knows all parts. It registers and does nothing else: no file is read and no process started before it is wanted. */
export function compose(context: vscode.ExtensionContext): TestApi | undefined {
  const beganMs = performance.now();
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const { ask, answer } = openAsk();
  const keys = openSecretKeys(context.secrets, ask);
  const log = own(openLog(keys.known));
  const slices = openSlices(
    () => performance.now(),
    ({ name, ms }) => log.debug(`${name} took ${ms.toFixed(1)} ms.`),
  );
  const loadConnect = async () => (await loadLater()).connectEngine;
  const engine = own(openWindowEngine({ extensionUri: context.extensionUri, keys, log, ask, loadConnect, slices }));

  const store = openRunStore();
  const rows = openRunRows(store);
  const tree = own(openRunsTree(store, rows, slices));
  const status = own(openRunStatus(store));
  const execute = (command: string, ...called: readonly string[]): void =>
    void vscode.commands.executeCommand(command, ...called);
  const notice = own(
    openRunNotices({
      ask,
      openResults: (runId) => execute('tranche.openResults', nodeId({ kind: 'run', runId })),
      showFailures: (runId) => execute('tranche.showFailures', nodeId({ kind: 'run', runId })),
      showRuns: () => execute('tranche.runs.focus'),
    }),
  );
  const marks = openUnfinishedMarks(context.globalStorageUri);
  const watch = own(openRunWatch({ engine, store, tree, status, notice, marks, measure: slices.measure }));
  const jobs = own(openJobsTree());
  own(registerJobLenses());

  let opened: OnDemand | null = null;
  const onDemand = async (): Promise<OnDemand> => {
    const { openOnDemand } = await loadLater();
    opened ??= openOnDemand({ context, ask, engine, keys, log, store, tree, watch, slices });
    return opened;
  };
  own(
    registerCommands(async () => (await onDemand()).commands, {
      ask,
      onError: (id, message) => log.error(`${id}: ${message}`),
    }),
  );
  own(registerDocuments(onDemand));

  const startWatching = (): void => void watch.start().catch(() => undefined); // said in the view
  const look = async (): Promise<void> => {
    if (tree.view.visible || (await marks.any())) startWatching();
  };
  const timer = setTimeout(() => void look(), LOOK_FOR_RUNS_MS);
  own({ dispose: () => clearTimeout(timer) });
  own(tree.view.onDidChangeVisibility(({ visible }) => (visible ? startWatching() : undefined)));
  own(jobs.view.onDidChangeVisibility(({ visible }) => (visible ? startWatching() : undefined)));

  slices.add('activate', performance.now() - beganMs);
  if (context.extensionMode !== vscode.ExtensionMode.Test) return undefined;
  const pages: TestApi['pages'] = () => opened?.pages() ?? [];
  return { slices: slices.longest, enginePid: engine.pid, pages, ...seenRuns(store, rows), answer };
}
