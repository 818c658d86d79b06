import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { WireError } from '../../protocol/engineProtocol.ts';
import type { FootprintPageState, PageAction } from '../../protocol/pageProtocol.ts';
import type { EngineClient } from '../client/engineClient.ts';
import { failureOf, isCancelled } from '../failures.ts';
import { FOOTPRINT_VIEW } from './viewTypes.ts';
import { openPagePanel, pageOptions, type PageDeps, type PagePanel } from './pagePanel.ts';
import { folderText, lastPart } from './placeText.ts';
import { watchData, type DataChange, type DataWatch } from './watchData.ts';

export interface FootprintDeps extends PageDeps {
  readonly engine: EngineClient;
  readonly showRows: (uri: vscode.Uri) => Promise<void>;
  readonly planData: (uri: vscode.Uri) => Promise<void>;
  readonly planJob: (jobPath: string) => Promise<void>;
  readonly openJob: (jobPath: string) => Promise<void>;
  readonly showLog: () => void;
}

/** What a footprint page is about. */
interface Subject {
  readonly uri: vscode.Uri;
  readonly jobPath: string | null;
}

/** All footprint pages of this window: one a dataset and job. */
export interface FootprintPanels {
  readonly show: (uri: vscode.Uri, jobPath: string | null) => Promise<void>;
  /** Fills a panel that outlived the window. */
  readonly restore: (panel: vscode.WebviewPanel, state: unknown) => Promise<void>;
  readonly states: () => readonly FootprintPageState[];
}

type Page = PagePanel<FootprintPageState>;

function keyOf({ uri, jobPath }: Subject): string {
  return `${uri.toString()}\n${jobPath ?? ''}`;
}

function firstState({ uri, jobPath }: Subject): FootprintPageState {
  return {
    page: 'footprint',
    title: lastPart(uri.path),
    where: folderText(uri),
    state: 'reading',
    snapshot: null,
    error: null,
    jobName: jobPath === null ? null : lastPart(jobPath),
  };
}

function subjectOf(state: unknown): Subject | null {
  if (typeof state !== 'object' || state === null || !('uri' in state) || typeof state.uri !== 'string') return null;
  const jobPath = 'jobPath' in state && typeof state.jobPath === 'string' ? state.jobPath : null;
  const uri = vscode.Uri.parse(state.uri);
  return uri.scheme === 'file' ? { uri, jobPath } : null;
}

function goneError(uri: vscode.Uri): WireError {
  const message = `${lastPart(uri.path)} is no longer there; the figures are of what was read before.`;
  return { code: 'notFound', message };
}

/** The data of a page, and the job whose request is weighed with them. */
function watchSubject({ uri, jobPath }: Subject, page: () => Page | null): readonly DataWatch[] {
  const watched = jobPath === null ? [uri] : [uri, vscode.Uri.file(jobPath)];
  return watched.map((one) =>
    watchData(one, (change: DataChange) => {
      if (page()?.state().state === 'reading') return; // looked at again once it is read
      page()?.update(change === 'deleted' ? { state: 'failed', error: goneError(one) } : { state: 'changed' });
    }),
  );
}

/** Reads a dataset for its page, again and again as a person asks. */
function openReading(
  { engine }: FootprintDeps,
  { uri, jobPath }: Subject,
  watches: readonly DataWatch[],
  page: () => Page | null,
) {
  let current: { readonly id: string; readonly stop: AbortController } | null = null;
  const heard = engine.on('profile/changed', ({ id, snapshot }) => {
    if (id === current?.id) page()?.update({ snapshot });
  });
  const read = async (exact: boolean): Promise<void> => {
    current?.stop.abort();
    const reading = { id: randomUUID(), stop: new AbortController() };
    current = reading;
    page()?.update({ state: 'reading', error: null });
    await Promise.all(watches.map((watch) => watch.mark()));
    if (current !== reading) return;
    try {
      const params = { id: reading.id, uri: uri.fsPath, jobPath, exact };
      const snapshot = await engine.call('dataset/profile', params, reading.stop.signal);
      if (current !== reading) return;
      page()?.update({ state: 'done', snapshot });
      for (const watch of watches) void watch.look(); // changed while it was read
    } catch (error) {
      if (current !== reading) return;
      page()?.update(isCancelled(error) ? { state: 'cancelled' } : { state: 'failed', error: failureOf(error) });
    }
  };
  return {
    read: (exact: boolean) => void read(exact),
    cancel: () => current?.stop.abort(),
    dispose: () => {
      heard.dispose();
      const last = current;
      current = null;
      last?.stop.abort();
    },
  };
}

export function openFootprintPanels(deps: FootprintDeps): FootprintPanels {
  const pages = new Map<string, { readonly page: Page; readonly read: () => void }>();

  const fill = (panel: vscode.WebviewPanel, subject: Subject): void => {
    let page: Page | null = null;
    const watches = watchSubject(subject, () => page);
    const reading = openReading(deps, subject, watches, () => page);
    const actions: Partial<Record<PageAction['do'], () => unknown>> = {
      cancel: reading.cancel,
      again: () => reading.read(false),
      exact: () => reading.read(true),
      rows: () => deps.showRows(subject.uri),
      planJob: () => (subject.jobPath === null ? deps.planData(subject.uri) : deps.planJob(subject.jobPath)),
      openJob: () => (subject.jobPath === null ? null : deps.openJob(subject.jobPath)),
      showLog: deps.showLog,
    };
    panel.onDidDispose(() => {
      pages.delete(keyOf(subject));
      for (const one of [reading, ...watches]) one.dispose();
    });
    panel.iconPath = vscode.Uri.joinPath(deps.extensionUri, 'media', 'footprint.svg');
    page = openPagePanel(deps, {
      panel,
      name: 'footprint',
      restore: { uri: subject.uri.toString(), jobPath: subject.jobPath },
      state: firstState(subject),
      act: async (action) => void (await actions[action.do]?.()),
    });
    pages.set(keyOf(subject), { page, read: () => reading.read(false) });
    reading.read(false);
  };

  return {
    show: async (uri, jobPath) => {
      const subject = { uri, jobPath };
      const open = pages.get(keyOf(subject));
      if (open) {
        open.page.panel.reveal();
        const { state } = open.page.state();
        if (state !== 'reading' && state !== 'done') open.read();
        return;
      }
      const title = `${lastPart(uri.path)} (Footprint)`;
      const column = vscode.ViewColumn.Active;
      fill(vscode.window.createWebviewPanel(FOOTPRINT_VIEW, title, column, pageOptions(deps.extensionUri)), subject);
    },
    restore: async (panel, state) => {
      const subject = subjectOf(state);
      if (subject === null || pages.has(keyOf(subject))) panel.dispose();
      else fill(panel, subject);
    },
    states: () => [...pages.values()].map(({ page }) => page.state()),
  };
}
