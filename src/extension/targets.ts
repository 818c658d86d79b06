import * as vscode from 'vscode';
import type { AskPerson } from './askPerson.ts';
import { Sentence } from './failures.ts';
import { isJobPath, jobName } from './jobs/jobName.ts';
import { JOB_GLOB } from './jobs/jobsTree.ts';
import { runItem } from './runs/runItems.ts';
import { nodePlace } from './runs/nodeId.ts';
import type { RunStore } from './runs/runStore.ts';
import type { RunHeader } from '../protocol/runSnapshot.ts';

/** What a command is meant for: what it was called on, else what is open, else what a person picks. */
export interface Targets {
  /** A local file or folder. */
  readonly dataset: (called: unknown) => Promise<vscode.Uri | null>;
  readonly jobPath: (called: unknown) => Promise<string | null>;
  /** A table, or a job: what can be planned. */
  readonly planned: (called: unknown) => Promise<vscode.Uri | null>;
  /** The job of a run, or a job as above. */
  readonly jobOf: (called: unknown) => Promise<string | null>;
  /** A run for which `fits` holds. */
  readonly run: (called: unknown, title: string, fits: (run: RunHeader) => boolean) => Promise<RunHeader | null>;
  /** The batch of a chunk. */
  readonly batchId: (called: unknown) => string | null;
}

function calledUri(called: unknown): vscode.Uri | null {
  if (called instanceof vscode.Uri) return called;
  if (typeof called !== 'string' || called === '') return null;
  return /^[a-z][a-z0-9+.-]+:/i.test(called) ? vscode.Uri.parse(called) : vscode.Uri.file(called);
}

/** The engine reads files where it runs; other schemes have no path there. */
function local(uri: vscode.Uri): vscode.Uri {
  if (uri.scheme === 'file') return uri;
  throw new Sentence(
    'notSupported',
    `${uri.toString(true)} is not a file on this machine, and only those can be read.`,
  );
}

async function pickJob(ask: AskPerson): Promise<string | null> {
  const uris = await vscode.workspace.findFiles(JOB_GLOB, '**/node_modules/**', 200);
  if (uris.length === 0)
    throw new Sentence(
      'usage',
      'There is no job file (*.tranche.json) here. Right-click a table and choose Plan Batch Job.',
    );
  const [only, ...others] = uris;
  if (only !== undefined && others.length === 0) return only.fsPath;
  const items = uris.map((uri) => ({
    id: uri.fsPath,
    label: jobName(uri.path),
    description: vscode.workspace.asRelativePath(uri),
  }));
  return (await ask.pick('Which Batch Job?', items)) ?? null;
}

async function pickRun(ask: AskPerson, title: string, runs: readonly RunHeader[]): Promise<RunHeader | null> {
  if (runs.length === 0) throw new Sentence('usage', 'There is no run to do this with.');
  const [only, ...others] = runs;
  if (only !== undefined && others.length === 0) return only;
  const items = runs.map((run) => ({ id: run.runId, label: run.job.name, description: runItem(run).description }));
  const runId = await ask.pick(title, items);
  return runs.find((run) => run.runId === runId) ?? null;
}

async function pickTable(): Promise<vscode.Uri | null> {
  const picked = await vscode.window.showOpenDialog({
    canSelectFiles: true,
    canSelectFolders: true,
    openLabel: 'Choose',
    title: 'Which Table?',
    filters: {
      Tables: ['parquet', 'parq', 'csv', 'tsv', 'jsonl', 'ndjson', 'arrow', 'feather', 'gz', 'zst'],
      All: ['*'],
    },
  });
  return picked?.[0] ?? null;
}

/** The job that is in front: as text, or as a plan. */
function jobInFront(activePlan: () => string | null): string | null {
  const uri = vscode.window.activeTextEditor?.document.uri;
  if (uri !== undefined && isJobPath(uri.path)) return local(uri).fsPath;
  return activePlan();
}

export function openTargets(ask: AskPerson, store: RunStore, activePlan: () => string | null): Targets {
  /** Null where it was called on no run at all: another is never taken in its place. */
  const placed = (called: unknown): RunHeader | null => {
    const place = typeof called === 'string' ? nodePlace(called) : null;
    if (place === null) return null;
    const run = store.run(place.runId)?.run;
    if (run === undefined) throw new Sentence('notFound', `Run ${place.runId} is no longer there.`);
    return run;
  };
  const jobPath = async (called: unknown): Promise<string | null> => {
    const uri = calledUri(called);
    if (uri === null) return jobInFront(activePlan) ?? pickJob(ask);
    if (isJobPath(uri.path)) return local(uri).fsPath;
    throw new Sentence('usage', `${uri.path} is no job file; the name of one ends with .tranche.json.`);
  };
  return {
    dataset: async (called) => {
      const uri = calledUri(called);
      return uri === null ? pickTable() : local(uri);
    },
    planned: async (called) => {
      const uri = calledUri(called);
      if (uri !== null) return local(uri);
      const job = jobInFront(activePlan);
      return job === null ? pickTable() : vscode.Uri.file(job);
    },
    jobPath,
    jobOf: async (called) => placed(called)?.job.path ?? jobPath(called),
    run: async (called, title, fits) => {
      const run = placed(called);
      if (run !== null) return run;
      const runs = store.runIds().flatMap((runId) => store.run(runId)?.run ?? []);
      return pickRun(ask, title, runs.filter(fits));
    },
    batchId: (called) => {
      const place = typeof called === 'string' ? nodePlace(called) : null;
      if (place?.kind !== 'chunk') return null;
      return store.run(place.runId)?.chunks.get(place.chunk)?.batchId ?? null;
    },
  };
}
