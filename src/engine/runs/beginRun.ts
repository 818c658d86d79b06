import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { refuseOccupied } from '../../core/collect/writeResults.ts';
import { openKeptRowsWriter } from '../../core/collect/keptRowsWriter.ts';
import type { JobSource } from '../../core/job/jobSource.ts';
import type { Job } from '../../core/model/job.ts';
import type { Plan } from '../../core/model/plan.ts';
import { KEYS_FILE } from '../../core/pipeline/collectForRun.ts';
import { openJob, type OpenedJob } from '../../core/pipeline/openJob.ts';
import { planJob } from '../../core/pipeline/planJob.ts';
import type { RunDocument } from '../../core/pipeline/runDocument.ts';
import { replayRun } from '../../core/runs/replay.ts';
import type { RunCreated } from '../../core/runs/runEvents.ts';
import type { RunState } from '../../core/runs/runState.ts';
import { isTrancheError } from '../../core/errors.ts';
import { diskError } from '../../platform/diskError.ts';
import { acquireLease, type Lease } from '../../platform/lease.ts';
import type { ProviderConfig } from '../../platform/machineConfig.ts';
import { openOwnedRun, type OwnedRun } from '../../platform/ownedRun.ts';
import { openPartFile } from '../../platform/partFile.ts';
import { makePrivateFolder } from '../../platform/makePrivateFolder.ts';
import { openResultFolder } from '../../platform/resultFiles.ts';
import { newRunId, runFolder } from '../../platform/runFolders.ts';
import { syncFolder } from '../../platform/syncFolder.ts';
import { sweepLeftovers } from '../../platform/sweepLeftovers.ts';
import { systemClock } from '../../platform/systemClock.ts';
import { openTempSpace } from '../../platform/tempSpace.ts';
import type { Engine } from '../openEngine.ts';
import { planDeps } from '../planDeps.ts';
import type { HeldRun } from './driveHere.ts';
import { runProvider } from './openService.ts';
import { writeRunDocument } from './runDocumentFile.ts';
import { unfinishedRun } from './storedRuns.ts';

declare const __VERSION__: string;

/** Beginning a run takes milliseconds; a process that was paused in it is not waited for longer. */
const LONGEST_TURN_MS = 30_000;
const TURN_LOOK_MS = 50;

/** A plan made for a run: its rows' keys are kept, nothing else exists yet. */
export interface PlannedRun {
  readonly job: Job;
  readonly opened: OpenedJob;
  readonly plan: Plan;
  readonly provider: ProviderConfig;
  readonly runId: string;
  /** Removes what planning kept, when no run comes of it. */
  readonly discard: () => Promise<void>;
}

/** Results of a rehearsal never lie where real ones do. */
function resultsUri(job: Job, provider: ProviderConfig): string {
  return provider.kind === 'rehearsal' ? `${job.results.uri}.rehearsal` : job.results.uri;
}

/** Plans a job for a run and keeps every row's key and carried values on the way. */
export async function planRun(
  engine: Engine,
  source: { readonly job: Job; readonly source: JobSource },
  provider: ProviderConfig,
  onRows: (rows: number) => void,
  signal: AbortSignal,
): Promise<PlannedRun> {
  const job = { ...source.job, results: { ...source.job.results, uri: resultsUri(source.job, provider) } };
  const opened = await openJob(job, source.source, engine.env, signal);
  const runId = newRunId(Date.now());
  const folder = path.join(engine.stateFolder, 'planned', runId);
  await sweepLeftovers(engine.stateFolder, Date.now());
  await makePrivateFolder(folder);
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const temp = openTempSpace();
  try {
    const keys = await openPartFile(path.join(folder, KEYS_FILE));
    const kept = openKeptRowsWriter(keys, { key: opened.keyColumns, carried: opened.carriedColumns });
    const deps = planDeps(engine, provider.name, temp, onRows);
    const plan = await planJob(opened, { balance: null, kept }, deps, signal);
    await kept.finish();
    await keys.commit();
    return { job, opened, plan, provider, runId, discard };
  } catch (error) {
    await discard();
    throw error;
  } finally {
    await temp.close();
  }
}

function firstEvent({ plan, job, provider, runId }: PlannedRun, engine: Engine): RunCreated {
  const { greatest } = plan.cost;
  return {
    type: 'runCreated',
    runId,
    planHash: plan.planHash,
    job: { name: job.name, path: job.path },
    provider: runProvider(provider, engine.environment),
    endpoint: job.request.endpoint,
    model: job.request.model,
    greatestCostUsd: greatest.known === 'unknown' ? null : greatest.high,
    rows: plan.rows,
    quarantined: plan.notPlannedRows,
    chunks: plan.chunks.map(({ index, rows, requests, bytes, tokens }) => ({
      index,
      rows,
      requests,
      bytes,
      tokens: tokens.known === 'unknown' ? null : tokens.value,
    })),
    resultsUri: job.results.uri,
    toolVersion: __VERSION__,
  };
}

async function takeFolder(from: string, to: string): Promise<void> {
  await makePrivateFolder(path.dirname(to));
  try {
    await rename(from, to);
    await syncFolder(path.dirname(to));
  } catch (error) {
    throw diskError(error, to);
  }
}

export interface BeginOptions {
  /** Results of another run may be overwritten. */
  readonly replace: boolean;
  /** Begin although a run of the same plan is unfinished. */
  readonly another: boolean;
}

/** The right to begin runs on this machine, which one process has at a time; another's is waited for. */
async function takeTurn(engine: Engine, signal: AbortSignal): Promise<Lease> {
  const folder = path.join(engine.stateFolder, 'beginning');
  await makePrivateFolder(folder);
  const clock = systemClock();
  for (const giveUpMs = clock.now() + LONGEST_TURN_MS; ; await clock.sleep(TURN_LOOK_MS, signal)) {
    try {
      return await acquireLease(folder, { what: 'The beginning of a run', surface: engine.surface, minFence: 0 });
    } catch (error) {
      if (!isTrancheError(error, 'owned') || clock.now() > giveUpMs) throw error;
    }
  }
}

/**
 * Makes a run of a plan: folder, document, lease and the journal's first event, or nothing. The results' folder must be free, or
 * `replace` be set. Comes with the unfinished run of the plan instead, if there is one by now, unless it is to be `another`.
 */
export async function beginRun(
  engine: Engine,
  planned: PlannedRun,
  { replace, another }: BeginOptions,
  signal: AbortSignal,
): Promise<HeldRun | { readonly unfinished: RunState }> {
  const { job, plan, provider, runId } = planned;
  const turn = await takeTurn(engine, signal);
  try {
    const place = runProvider(provider, engine.environment);
    const unfinished = another ? null : await unfinishedRun(engine.stateFolder, plan.planHash, place);
    if (unfinished) return { unfinished };
    await refuseOccupied({ folder: openResultFolder(job.results.uri, runId), runId, replace }, signal);
    return await makeRun(engine, planned, { version: 1, runId, job, plan, replace });
  } finally {
    await turn.release();
  }
}

async function makeRun(engine: Engine, planned: PlannedRun, document: RunDocument): Promise<HeldRun> {
  const { runId } = planned;
  const folder = runFolder(engine.stateFolder, runId);
  await takeFolder(path.join(engine.stateFolder, 'planned', runId), folder);
  let owned: OwnedRun | null = null;
  try {
    await writeRunDocument(folder, document);
    owned = await openOwnedRun(folder, engine.surface, systemClock());
    const run = replayRun([await owned.journal.append(firstEvent(planned, engine))]);
    return { owned, document, run };
  } catch (error) {
    await owned?.close().catch(() => undefined); // the error under way says why
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
