import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { WireError } from '../../protocol/engineProtocol.ts';
import type { FootprintPageState, PageAction } from '../../protocol/pageProtocol.ts';
import type { EngineClient } from '../client/engineClient.ts';
import { failureOf, isCancelled } from '../failures.ts';
import { FOOTPRINT_VIEW } from './viewTypes.ts';
import { openPagePanel, pageOptions, type PageDeps, type PagePanel } from './pagePanel.ts';
import { folderText, lastPart } from './placeText.ts';
import { watchData, type DataChange } from './watchData.ts';

export interface FootprintDeps extends PageDeps {
  readonly engine: EngineClient;
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
  return { uri: vscode.Uri.parse(state.uri, true), jobPath };
}

function goneError(title: string): WireError {
  return { code: 'notFound', message: `${title} is no longer there; the figures are of what was read before.` };
}

/** Reads a dataset for its page, again and again as a person asks. */
function openReading({ engine }: FootprintDeps, { uri, jobPath }: Subject, page: () => Page | null) {
  let current: { readonly id: string; readonly stop: AbortController } | null = null;
  const heard = engine.on('profile/changed', ({ id, snapshot }) => {
    if (id === current?.id) page()?.update({ snapshot });
  });
  const read = async (exact: boolean): Promise<void> => {
    current?.stop.abort();
    const reading = { id: randomUUID(), stop: new AbortController() };
    current = reading;
    page()?.update({ state: 'reading', error: null });
    try {
      const params = { id: reading.id, uri: uri.fsPath, jobPath, exact };
      const snapshot = await engine.call('dataset/profile', params, reading.stop.signal);
      if (current === reading) page()?.update({ state: 'done', snapshot });
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
  const pages = new Map<string, Page>();

  const fill = (panel: vscode.WebviewPanel, subject: Subject): void => {
    let page: Page | null = null;
    const reading = openReading(deps, subject, () => page);
    const actions: Partial<Record<PageAction['do'], () => unknown>> = {
      cancel: reading.cancel,
      again: () => reading.read(false),
      exact: () => reading.read(true),
      planJob: () => (subject.jobPath === null ? deps.planData(subject.uri) : deps.planJob(subject.jobPath)),
      openJob: () => (subject.jobPath === null ? null : deps.openJob(subject.jobPath)),
      showLog: deps.showLog,
    };
    const owned: vscode.Disposable[] = [reading];
    panel.onDidDispose(() => {
      pages.delete(keyOf(subject));
      for (const one of owned) one.dispose();
    });
    panel.iconPath = vscode.Uri.joinPath(deps.extensionUri, 'media', 'footprint.svg');
    const state = firstState(subject);
    page = openPagePanel(deps, {
      panel,
      name: 'footprint',
      restore: { uri: subject.uri.toString(), jobPath: subject.jobPath },
      state,
      act: async (action) => void (await actions[action.do]?.()),
    });
    pages.set(keyOf(subject), page);
    reading.read(false);
    const onChange = (change: DataChange): void => {
      if (page?.state().state === 'reading') return; // the reading itself meets it
      page?.update(change === 'deleted' ? { state: 'failed', error: goneError(state.title) } : { state: 'changed' });
    };
    owned.push(watchData(subject.uri, onChange));
  };

  return {
    show: async (uri, jobPath) => {
      const subject = { uri, jobPath };
      const open = pages.get(keyOf(subject));
      if (open) return open.panel.reveal();
      const title = `${lastPart(uri.path)} (Footprint)`;
      const column = vscode.ViewColumn.Active;
      fill(vscode.window.createWebviewPanel(FOOTPRINT_VIEW, title, column, pageOptions(deps.extensionUri)), subject);
    },
    restore: async (panel, state) => {
      const subject = subjectOf(state);
      if (subject === null || pages.has(keyOf(subject))) panel.dispose();
      else fill(panel, subject);
    },
    states: () => [...pages.values()].map((page) => page.state()),
  };
}
