import * as vscode from 'vscode';
import type { RunHeader } from '../protocol/runSnapshot.ts';
import type { AskPerson } from './askPerson.ts';
import type { CommandTable } from './commands.ts';
import type { EngineClient } from './client/engineClient.ts';
import { failureOf, Sentence } from './failures.ts';
import { createJob } from './jobs/createJob.ts';
import { isJobPath } from './jobs/jobName.ts';
import { saveJob } from './jobs/saveJob.ts';
import { writeFiles } from './jobs/writeFiles.ts';
import type { Log } from './log.ts';
import { plainText } from './plainText.ts';
import type { PlanWork } from './pages/planPanels.ts';
import type { RowsPanels } from './pages/rowsPanels.ts';
import { revealOnDisk } from './revealOnDisk.ts';
import { nodeId } from './runs/nodeId.ts';
import { resumeRun } from './runs/resumeRun.ts';
import { isUnfinished, type RunStore } from './runs/runStore.ts';
import type { RunsTree } from './runs/runsTree.ts';
import { startRun } from './runs/startRun.ts';
import type { RunWatch } from './runs/watchRuns.ts';
import { copySample } from './sample.ts';
import { keyedProviders, type SecretKeys } from './secretKeys.ts';
import type { Targets } from './targets.ts';

export interface CommandTableDeps {
  readonly context: vscode.ExtensionContext;
  readonly ask: AskPerson;
  readonly engine: EngineClient;
  readonly keys: SecretKeys;
  readonly log: Log;
  readonly store: RunStore;
  readonly tree: RunsTree;
  readonly watch: RunWatch;
  readonly targets: Targets;
  readonly showFootprint: (uri: vscode.Uri, jobPath: string | null) => Promise<void>;
  readonly rows: Pick<RowsPanels, 'show' | 'showRun'>;
  readonly showPlan: (jobPath: string, column: vscode.ViewColumn) => Promise<void>;
  readonly shownPlanHash: (jobPath: string) => string | null;
}

/** What pages and commands both do. */
export interface SharedWork {
  readonly planData: (uri: vscode.Uri) => Promise<void>;
  readonly planJob: (jobPath: string) => Promise<void>;
  readonly openJob: (jobPath: string) => Promise<void>;
  readonly run: (work: PlanWork, rehearse: boolean) => Promise<void>;
  readonly writeFiles: (work: PlanWork) => Promise<void>;
  readonly showLog: () => void;
}

function withProgress<T>(title: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title: plainText(title), cancellable: true };
  const shown = vscode.window.withProgress(options, (_progress, token) => {
    const stop = new AbortController();
    token.onCancellationRequested(() => stop.abort());
    return work(stop.signal);
  });
  return Promise.resolve(shown);
}

async function mayRun(ask: AskPerson): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const message =
    'This workspace is not trusted, so nothing can be run from it. Trust it first, if you know who wrote it.';
  if ((await ask.tell('warning', message, ['Manage Trust'])) === 'Manage Trust')
    await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}

function openSharedWork(deps: CommandTableDeps): SharedWork {
  const { engine, ask, tree, watch, log } = deps;
  const reveal = async (runId: string): Promise<void> => {
    if (!(await watch.knows(runId))) return;
    const row = nodeId({ kind: 'run', runId });
    try {
      await tree.view.reveal(row, { select: true, focus: false, expand: true });
    } catch (error) {
      log.warn(`The row of run ${runId} could not be shown: ${failureOf(error).message}`); // it was drawn anew just then
    }
  };
  return {
    planData: async (uri) => {
      const jobPath = await createJob(engine.call, uri);
      await deps.showPlan(jobPath, vscode.ViewColumn.Beside);
    },
    planJob: (jobPath) => deps.showPlan(jobPath, columnFor(jobPath)),
    openJob: async (jobPath) => {
      await vscode.window.showTextDocument(vscode.Uri.file(jobPath), { preview: false });
    },
    run: async ({ jobPath, shownPlanHash, say }, rehearse) => {
      if (!(await mayRun(ask))) return;
      await saveJob(jobPath);
      await watch.start();
      const started = await startRun(
        { call: engine.call, ask, askKey: (provider) => askKey(deps, provider), withProgress },
        { jobPath, shownPlanHash, rehearse, say },
      );
      if (started !== null) await reveal(started.runId);
    },
    writeFiles: async (work) => {
      await saveJob(work.jobPath);
      await writeFiles({ engine, ask }, work);
    },
    showLog: log.show,
  };
}

/** A plan goes beside the text of its job, where that is open. */
function columnFor(jobPath: string): vscode.ViewColumn {
  const isOpen = vscode.window.activeTextEditor?.document.uri.fsPath === jobPath;
  return isOpen ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
}

/** One that this window drives goes on already. */
function mayGoOn(run: RunHeader): boolean {
  return isUnfinished(run) && run.driver.kind !== 'here';
}

function hasFailures({ results }: RunHeader): boolean {
  return results !== null && results.failures !== null;
}

async function cancelRun({ ask, engine }: CommandTableDeps, run: RunHeader): Promise<void> {
  const detail = run.rehearsal
    ? 'What is answered so far is kept and joined.'
    : `Batches at ${run.provider} are cancelled. What they have answered so far is kept and joined, and is paid for.`;
  const answer = await ask.confirm(`Cancel the run of ${run.job.name}?`, detail, ['Cancel Run'], 'Keep It Running');
  if (answer === 'Cancel Run') await engine.call('run/cancel', { runId: run.runId });
}

/** False if the person left. */
async function askKey({ engine, keys }: CommandTableDeps, provider: string): Promise<boolean> {
  if (!(await keys.ask(provider))) return false;
  await engine.configure(); // what is asked of the engine next counts on the key
  return true;
}

async function setApiKey(deps: CommandTableDeps): Promise<void> {
  const { engine, ask } = deps;
  const providers = keyedProviders(await engine.call('providers/list', {}));
  if (providers.length === 0) throw new Sentence('usage', 'No provider that is set up on this machine wants a key.');
  const items = providers.map((name) => ({ id: name, label: name, description: '' }));
  const provider = providers.length === 1 ? providers[0] : await ask.pick('API Key for Which Provider?', items);
  if (provider !== undefined && (await askKey(deps, provider)))
    void ask.tell('info', `The API key for ${provider} is kept in the editor's secret storage.`, []);
}

async function openSample(deps: CommandTableDeps, called: unknown): Promise<void> {
  const { context } = deps;
  const folder =
    called instanceof vscode.Uri && called.scheme === 'file'
      ? called
      : vscode.Uri.joinPath(context.globalStorageUri, 'sample');
  const { table, job } = await copySample(context.extensionUri, folder);
  await deps.showFootprint(table, job.fsPath);
}

/** The one table of commands. */
export function openCommandTable(deps: CommandTableDeps): { readonly table: CommandTable; readonly work: SharedWork } {
  const { targets, keys, log, rows } = deps;
  const work = openSharedWork(deps);

  const withJob = async (called: unknown, act: (work: PlanWork) => Promise<void>): Promise<void> => {
    const jobPath = await targets.jobPath(called);
    if (jobPath === null) return;
    await act({ jobPath, shownPlanHash: deps.shownPlanHash(jobPath), say: () => undefined });
  };
  const withRun =
    (title: string, fits: (run: RunHeader) => boolean, act: (run: RunHeader) => Promise<unknown>) =>
    async (called: unknown): Promise<void> => {
      await deps.watch.start();
      const run = await targets.run(called, title, fits);
      if (run !== null) await act(run);
    };

  const table: CommandTable = {
    'tranche.profile': async (called) => {
      const uri = await targets.dataset(called);
      if (uri !== null) await deps.showFootprint(uri, null);
    },
    'tranche.previewRows': async (called) => {
      const uri = await targets.dataset(called);
      if (uri !== null) await rows.show(uri);
    },
    'tranche.plan': async (called) => {
      const uri = await targets.planned(called);
      if (uri === null) return;
      if (!isJobPath(uri.path)) return work.planData(uri);
      await saveJob(uri.fsPath);
      await work.planJob(uri.fsPath);
    },
    'tranche.run': (called) => withJob(called, (job) => work.run(job, false)),
    'tranche.rehearse': (called) => withJob(called, (job) => work.run(job, true)),
    'tranche.writeFiles': (called) => withJob(called, (job) => work.writeFiles(job)),
    'tranche.openSample': (called) => openSample(deps, called),
    'tranche.setApiKey': () => setApiKey(deps),
    'tranche.removeApiKey': () => keys.remove(),
    'tranche.showLog': () => log.show(),
    'tranche.resumeRun': withRun('Go On With Which Run?', mayGoOn, ({ runId }) =>
      resumeRun(deps.engine.call, deps.ask, runId),
    ),
    'tranche.cancelRun': withRun('Cancel Which Run?', isUnfinished, (run) => cancelRun(deps, run)),
    'tranche.openResults': withRun(
      'Results of Which Run?',
      ({ results }) => results !== null,
      (run) => rows.showRun(run, 'results'),
    ),
    'tranche.revealResults': withRun(
      'Results of Which Run?',
      ({ results }) => results !== null,
      ({ resultsUri }) => revealOnDisk(resultsUri),
    ),
    'tranche.showFailures': withRun('Failures of Which Run?', hasFailures, (run) => rows.showRun(run, 'failures')),
    'tranche.copyBatchId': async (called) => {
      const batchId = targets.batchId(called);
      if (batchId === null) throw new Sentence('usage', 'This chunk has no batch yet.');
      await vscode.env.clipboard.writeText(batchId);
    },
    'tranche.copyRunId': withRun(
      'Copy the Id of Which Run?',
      () => true,
      async ({ runId }) => vscode.env.clipboard.writeText(runId),
    ),
    'tranche.openJob': async (called) => {
      const jobPath = await targets.jobOf(called);
      if (jobPath !== null) await work.openJob(jobPath);
    },
  };
  return { table, work };
}
