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
import { diskError } from '../../platform/diskError.ts';
import type { ProviderConfig } from '../../platform/machineConfig.ts';
import { openOwnedRun, type OwnedRun } from '../../platform/ownedRun.ts';
import { openPartFile } from '../../platform/partFile.ts';
import { makePrivateFolder } from '../../platform/privateFolder.ts';
import { openResultFolder } from '../../platform/resultFiles.ts';
import { newRunId, runFolder } from '../../platform/runFolders.ts';
import { sweepLeftovers } from '../../platform/sweepLeftovers.ts';
import { systemClock } from '../../platform/systemClock.ts';
import { openTempSpace } from '../../platform/tempSpace.ts';
import type { Engine } from '../openEngine.ts';
import { planDeps } from '../planDeps.ts';
import { runProvider } from './openService.ts';
import { writeRunDocument } from './runDocumentFile.ts';

declare const __VERSION__: string;

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
  await rename(from, to).catch((error: unknown) => {
    throw diskError(error, to);
  });
}

/** Makes a run of a plan: folder, document, lease and the journal's first event, or nothing. The results' folder must be free, or `replace` be set. */
export async function beginRun(
  engine: Engine,
  planned: PlannedRun,
  replace: boolean,
  signal: AbortSignal,
): Promise<{ owned: OwnedRun; document: RunDocument; run: RunState }> {
  const { job, plan, runId } = planned;
  const document: RunDocument = { version: 1, runId, job, plan, replace };
  await refuseOccupied({ folder: openResultFolder(job.results.uri, runId), runId, replace }, signal);
  const folder = runFolder(engine.stateFolder, runId);
  await takeFolder(path.join(engine.stateFolder, 'planned', runId), folder);
  let owned: OwnedRun | null = null;
  try {
    await writeRunDocument(folder, document);
    owned = await openOwnedRun(folder, 'CLI', systemClock());
    const run = replayRun([await owned.journal.append(firstEvent(planned, engine))]);
    return { owned, document, run };
  } catch (error) {
    await owned?.close().catch(() => undefined); // the error under way says why
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
