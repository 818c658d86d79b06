import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { PageAction, PlanPageState } from '../../protocol/pageProtocol.ts';
import type { EngineClient } from '../client/engineClient.ts';
import { failureOf, isCancelled } from '../failures.ts';
import type { ChunkDocuments } from '../jobs/chunkDocuments.ts';
import type { JobDiagnostics } from '../jobs/jobDiagnostics.ts';
import { PLAN_VIEW } from './viewTypes.ts';
import { saveJob } from '../jobs/saveJob.ts';
import { countText } from '../../protocol/numberTexts.ts';
import { openPageWork, type PageWork, type Say } from './pageWork.ts';
import { openPagePanel, pageOptions, type PageDeps, type PagePanel } from './pagePanel.ts';
import { lastPart } from './placeText.ts';
import { watchData, type DataWatch } from './watchData.ts';

/** What a plan page may do to the job it shows; `say` tells on the page what is being done. */
export interface PlanWork {
  readonly jobPath: string;
  readonly shownPlanHash: string | null;
  readonly say: Say;
}

export interface PlanDeps extends PageDeps {
  readonly engine: EngineClient;
  readonly diagnostics: JobDiagnostics;
  readonly run: (work: PlanWork, rehearse: boolean) => Promise<void>;
  readonly writeFiles: (work: PlanWork) => Promise<void>;
  readonly preview: ChunkDocuments['show'];
  readonly openJob: (jobPath: string) => Promise<void>;
  readonly showLog: () => void;
}

/** All plan pages of this window: one a job. */
export interface PlanPanels {
  readonly show: (jobPath: string, column: vscode.ViewColumn) => Promise<void>;
  /** The hash of the plan that is on show for a job, if it is up to date. */
  readonly shownPlanHash: (jobPath: string) => string | null;
  /** Fills a panel that outlived the window. */
  readonly restore: (panel: vscode.WebviewPanel, state: unknown) => Promise<void>;
  /** The job whose plan is in front. */
  readonly activeJob: () => string | null;
  readonly states: () => readonly PlanPageState[];
}

type Page = PagePanel<PlanPageState>;

function firstState(jobPath: string): PlanPageState {
  return {
    page: 'plan',
    title: lastPart(jobPath),
    state: 'planning',
    measuredRows: 0,
    planned: null,
    error: null,
    mayRun: vscode.workspace.isTrusted,
    doing: null,
  };
}

/** What to watch of a dataset: of a glob, the folder that all of it lies in; null where it is on no disk of ours. */
function localPath(dataset: string): string | null {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(dataset)) return null;
  const wildcard = dataset.search(/[*?[{]/);
  return wildcard < 0 ? dataset : dataset.slice(0, wildcard).replace(/[\\/][^\\/]*$/, '');
}

/** Plans a job for its page, again and again as a person asks. */
function openPlanning({ engine, diagnostics }: PlanDeps, jobPath: string, page: () => Page | null) {
  let current: { readonly id: string; readonly stop: AbortController } | null = null;
  let data: { readonly path: string; readonly watch: DataWatch } | null = null;
  let isDisposed = false;
  const heard = engine.on('plan/changed', ({ id, rows }) => {
    if (id === current?.id) page()?.update({ measuredRows: rows });
  });
  const stale = (): void => {
    if (page()?.state().state === 'planned') page()?.update({ state: 'stale' });
  };
  const watchDataset = (dataset: string): void => {
    const path = localPath(dataset);
    if (path === (data?.path ?? null)) return;
    data?.watch.dispose();
    data = path === null ? null : { path, watch: watchData(vscode.Uri.file(path), stale) };
  };
  const look = (): Promise<unknown> => Promise.all([job.look(), data?.watch.look()]);
  const plan = async (): Promise<void> => {
    if (isDisposed) return;
    current?.stop.abort();
    const planning = { id: randomUUID(), stop: new AbortController() };
    current = planning;
    page()?.update({ state: 'planning', measuredRows: 0, error: null });
    await Promise.all([job.mark(), data?.watch.mark()]);
    if (current !== planning) return;
    try {
      const planned = await engine.call('job/plan', { id: planning.id, jobPath }, planning.stop.signal);
      if (current !== planning) return;
      page()?.update({ state: 'planned', planned });
      watchDataset(planned.job.dataset);
      await Promise.all([diagnostics.check(jobPath), look()]); // changed while it was planned
    } catch (error) {
      if (current !== planning) return;
      page()?.update(isCancelled(error) ? { state: 'cancelled' } : { state: 'failed', error: failureOf(error) });
      if (failureOf(error).code === 'badJob') await diagnostics.check(jobPath);
    }
  };
  /** The job was changed on disk: what is shown is the plan before, and a job that is broken is said to be. */
  const jobChanged = async (): Promise<void> => {
    stale();
    const problem = await diagnostics.check(jobPath);
    const now = page()?.state();
    if (now === undefined || now.state === 'planning') return;
    if (problem !== null) page()?.update({ state: 'failed', error: { code: 'badJob', message: problem.message } });
    else if (now.state === 'failed' && now.planned === null) await plan();
    else page()?.update({ state: 'stale', error: null });
  };
  const job = watchData(vscode.Uri.file(jobPath), () => void jobChanged());
  return {
    plan: () => void plan(),
    /** Plans again what is not up to date. */
    refresh: async () => {
      const before = page()?.state().state;
      if (before === 'planning') return;
      if (before === 'planned') await look();
      if (page()?.state().state !== 'planned') await plan();
    },
    cancel: () => current?.stop.abort(),
    dispose: () => {
      isDisposed = true;
      for (const one of [heard, job, data?.watch]) one?.dispose();
      const last = current;
      current = null;
      last?.stop.abort();
    },
  };
}

/** Where what belongs to a page is shown without covering it. */
function columnBeside(page: Page | null): vscode.ViewColumn {
  const column = page?.panel.viewColumn ?? vscode.ViewColumn.One;
  return column === vscode.ViewColumn.One ? vscode.ViewColumn.Beside : vscode.ViewColumn.One;
}

/** Shows the first lines of chunks, the last that was asked for. */
function openPreviews({ preview }: PlanDeps, work: PageWork, page: () => Page | null) {
  let current: AbortController | null = null;
  return {
    show: async (index: number): Promise<void> => {
      const planned = page()?.state().planned;
      const chunk = planned?.plan.chunks.find((one) => one.index === index);
      if (!planned || chunk === undefined) return;
      current?.abort();
      const stop = new AbortController();
      current = stop;
      const say = work.begin();
      say(`Reading the first lines of file ${countText(index)}…`, stop);
      try {
        await preview(planned, chunk, columnBeside(page()), stop.signal);
      } finally {
        say(null);
      }
    },
    dispose: () => current?.abort(),
  };
}

function actionsOf(
  deps: PlanDeps,
  jobPath: string,
  planning: ReturnType<typeof openPlanning>,
  works: PageWork,
  page: () => Page | null,
): Partial<Record<PageAction['do'], () => unknown>> {
  const work = (): PlanWork => ({ jobPath, shownPlanHash: shownHash(page()), say: works.begin() });
  return {
    cancel: () => (page()?.state().state === 'planning' ? planning.cancel() : works.cancel()),
    again: async () => {
      await saveJob(jobPath);
      planning.plan();
    },
    openJob: () => deps.openJob(jobPath),
    writeFiles: () => deps.writeFiles(work()),
    rehearse: () => deps.run(work(), true),
    run: () => deps.run(work(), false),
    showLog: deps.showLog,
  };
}

function shownHash(page: Page | null): string | null {
  const state = page?.state();
  return state?.state === 'planned' ? (state.planned?.plan.planHash ?? null) : null;
}

export function openPlanPanels(deps: PlanDeps): PlanPanels {
  const pages = new Map<string, { readonly page: Page; readonly refresh: () => Promise<void> }>();

  const fill = (panel: vscode.WebviewPanel, jobPath: string): void => {
    let page: Page | null = null;
    const planning = openPlanning(deps, jobPath, () => page);
    const works = openPageWork((doing) => page?.update({ doing }));
    const previews = openPreviews(deps, works, () => page);
    const owned = [planning, previews, vscode.workspace.onDidGrantWorkspaceTrust(() => page?.update({ mayRun: true }))];
    panel.onDidDispose(() => {
      pages.delete(jobPath);
      for (const one of owned) one.dispose();
    });
    panel.iconPath = vscode.Uri.joinPath(deps.extensionUri, 'media', 'plan.svg');
    const actions = actionsOf(deps, jobPath, planning, works, () => page);
    page = openPagePanel(deps, {
      panel,
      name: 'plan',
      restore: { jobPath },
      state: firstState(jobPath),
      act: async (action) => {
        try {
          await (action.do === 'preview' ? previews.show(action.chunk) : actions[action.do]?.());
        } catch (error) {
          if (failureOf(error).code === 'stale' && page?.state().state === 'planned') page.update({ state: 'stale' });
          throw error;
        }
      },
    });
    pages.set(jobPath, { page, refresh: planning.refresh });
    planning.plan();
  };

  return {
    show: async (jobPath, column) => {
      const open = pages.get(jobPath);
      if (open) {
        open.page.panel.reveal();
        return open.refresh();
      }
      const title = `${lastPart(jobPath)} (Plan)`;
      fill(vscode.window.createWebviewPanel(PLAN_VIEW, title, column, pageOptions(deps.extensionUri)), jobPath);
    },
    shownPlanHash: (jobPath) => shownHash(pages.get(jobPath)?.page ?? null),
    restore: async (panel, state) => {
      const jobPath = typeof state === 'object' && state !== null && 'jobPath' in state ? state.jobPath : null;
      if (typeof jobPath !== 'string' || pages.has(jobPath)) panel.dispose();
      else fill(panel, jobPath);
    },
    activeJob: () => [...pages].find(([, { page }]) => page.panel.active)?.[0] ?? null,
    states: () => [...pages.values()].map(({ page }) => page.state()),
  };
}
