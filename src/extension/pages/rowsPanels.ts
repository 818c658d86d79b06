import * as vscode from 'vscode';
import type { WireError } from '../../protocol/engineProtocol.ts';
import type { PageAction, ResultsFace, RowsPageState } from '../../protocol/pageProtocol.ts';
import type { RunHeader } from '../../protocol/runSnapshot.ts';
import type { EngineClient } from '../client/engineClient.ts';
import { failureOf } from '../failures.ts';
import { revealOnDisk } from '../revealOnDisk.ts';
import { resultTables } from '../runs/resultTables.ts';
import { openPagePanel, pageOptions, type PageDeps, type PagePanel } from './pagePanel.ts';
import { folderText, lastPart } from './placeText.ts';
import { ROWS_VIEW } from './viewTypes.ts';
import { watchData, type DataWatch } from './watchData.ts';

/** What a page can hold, and a person looks through. */
const MOST_ROWS = 1_000;

export interface RowsDeps extends PageDeps {
  readonly engine: EngineClient;
  readonly profile: (uri: vscode.Uri) => Promise<void>;
  /** A run of this machine; null where there is none of that id. */
  readonly run: (runId: string) => Promise<RunHeader | null>;
  readonly showLog: () => void;
}

/** All pages of rows of this window: one a table, and one for both tables of a run. */
export interface RowsPanels {
  readonly show: (uri: vscode.Uri) => Promise<void>;
  readonly showRun: (run: RunHeader, face: ResultsFace) => Promise<void>;
  /** Fills a panel that outlived the window. */
  readonly restore: (panel: vscode.WebviewPanel, state: unknown) => Promise<void>;
  readonly states: () => readonly RowsPageState[];
}

type Page = PagePanel<RowsPageState>;

/** What a page is about: a table, or the tables of a run. */
interface Subject {
  readonly uri: vscode.Uri;
  readonly run: RunHeader | null;
}

interface OpenPage {
  readonly page: Page;
  /** Shows one of a run's tables, and reads again what is not up to date. */
  readonly turnTo: (face: ResultsFace) => void;
}

function keyOf({ uri, run }: Subject): string {
  return run?.runId ?? uri.toString();
}

function titleOf({ uri, run }: Subject): string {
  return run === null ? `${lastPart(uri.path)} (Rows)` : `${run.job.name} (Results)`;
}

function hasFailures({ run }: Subject): boolean {
  return (run?.results?.failures ?? null) !== null;
}

function tableOf({ uri, run }: Subject, face: ResultsFace): vscode.Uri {
  const failures = run?.results?.failures ?? null;
  return face === 'failures' && failures !== null ? vscode.Uri.file(failures) : uri;
}

function stateOf(subject: Subject, face: ResultsFace): RowsPageState {
  const { run } = subject;
  const table = tableOf(subject, face);
  return {
    page: 'rows',
    title: lastPart(table.path),
    where: folderText(table),
    state: 'reading',
    table: null,
    error: null,
    run: run === null ? null : { jobName: run.job.name, face, hasFailures: hasFailures(subject), counts: run.counts },
  };
}

/** What is kept of a page: its table, its run, and which table of the run a person looked at last. */
function keptOf(state: unknown) {
  if (typeof state !== 'object' || state === null || !('uri' in state) || typeof state.uri !== 'string') return null;
  const uri = vscode.Uri.parse(state.uri);
  if (uri.scheme !== 'file') return null;
  const runId = 'runId' in state && typeof state.runId === 'string' ? state.runId : null;
  const view = 'view' in state && typeof state.view === 'object' ? state.view : null;
  const face: ResultsFace = view !== null && 'face' in view && view.face === 'failures' ? 'failures' : 'results';
  return { uri, runId, face };
}

function goneError(uri: vscode.Uri): WireError {
  const message = `${lastPart(uri.path)} is no longer there; these are the rows that were read before.`;
  return { code: 'notFound', message };
}

/** Reads a table for its page, one after the other as a person turns to them. */
function openReading({ engine }: RowsDeps, page: () => Page | null) {
  let current: { readonly uri: vscode.Uri; readonly stop: AbortController; readonly watch: DataWatch } | null = null;
  const end = (): void => {
    current?.stop.abort();
    current?.watch.dispose();
    current = null;
  };
  const watched = (uri: vscode.Uri): DataWatch =>
    watchData(uri, (change) => {
      if (page()?.state().state === 'reading') return; // looked at again once it is read
      page()?.update(change === 'deleted' ? { state: 'failed', error: goneError(uri) } : { state: 'changed' });
    });
  const read = async (uri: vscode.Uri): Promise<void> => {
    end();
    const reading = { uri, stop: new AbortController(), watch: watched(uri) };
    current = reading;
    page()?.update({ state: 'reading', error: null });
    await reading.watch.mark();
    if (current !== reading) return;
    try {
      const table = await engine.call('dataset/rows', { uri: uri.fsPath, limit: MOST_ROWS }, reading.stop.signal);
      if (current !== reading) return;
      page()?.update({ state: 'done', table });
      void reading.watch.look(); // changed while it was read
    } catch (error) {
      if (current === reading) page()?.update({ state: 'failed', error: failureOf(error) });
    }
  };
  return { read: (uri: vscode.Uri) => void read(uri), dispose: end };
}

export function openRowsPanels(deps: RowsDeps): RowsPanels {
  const pages = new Map<string, OpenPage>();

  const fill = (panel: vscode.WebviewPanel, subject: Subject, first: ResultsFace): void => {
    let page: Page | null = null;
    let face = first;
    const reading = openReading(deps, () => page);
    const table = (): vscode.Uri => tableOf(subject, face);
    const turnTo = (next: ResultsFace): void => {
      const now = page?.state().state;
      if (next === face && (now === 'reading' || now === 'done')) return;
      if (next !== face) page?.update(stateOf(subject, next));
      face = next;
      reading.read(table());
    };
    const actions: Partial<Record<PageAction['do'], () => unknown>> = {
      again: () => reading.read(table()),
      profile: () => deps.profile(table()),
      showResults: () => turnTo('results'),
      showFailures: () => turnTo('failures'),
      reveal: () => revealOnDisk(table().fsPath),
      showLog: deps.showLog,
    };
    panel.onDidDispose(() => {
      pages.delete(keyOf(subject));
      reading.dispose();
    });
    panel.iconPath = vscode.Uri.joinPath(deps.extensionUri, 'media', 'rows.svg');
    page = openPagePanel(deps, {
      panel,
      name: 'rows',
      restore: { uri: subject.uri.toString(), ...(subject.run === null ? {} : { runId: subject.run.runId }) },
      state: stateOf(subject, face),
      act: async (action) => void (await actions[action.do]?.()),
    });
    pages.set(keyOf(subject), { page, turnTo });
    reading.read(table());
  };

  const show = (subject: Subject, face: ResultsFace): void => {
    const open = pages.get(keyOf(subject));
    if (open !== undefined) {
      open.page.panel.reveal();
      open.turnTo(face);
      return;
    }
    const column = vscode.ViewColumn.Active;
    const panel = vscode.window.createWebviewPanel(ROWS_VIEW, titleOf(subject), column, pageOptions(deps.extensionUri));
    fill(panel, subject, face);
  };

  return {
    show: async (uri) => show({ uri, run: null }, 'results'),
    showRun: async (run, face) => {
      const { results } = await resultTables(run, face);
      show({ uri: results, run }, face);
    },
    restore: async (panel, state) => {
      const kept = keptOf(state);
      const run = kept === null || kept.runId === null ? null : await deps.run(kept.runId);
      const subject = kept === null ? null : { uri: kept.uri, run };
      if (kept === null || subject === null || pages.has(keyOf(subject))) panel.dispose();
      else fill(panel, subject, hasFailures(subject) ? kept.face : 'results');
    },
    states: () => [...pages.values()].map(({ page }) => page.state()),
  };
}
