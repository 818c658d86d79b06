import { mkdir, rename, rm } from 'node:fs/promises';
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
import type { ProviderConfig } from '../../platform/machineConfig.ts';
import { openOwnedRun, type OwnedRun } from '../../platform/ownedRun.ts';
import { openPartFile } from '../../platform/partFile.ts';
import { openResultFolder } from '../../platform/resultFiles.ts';
import { newRunId, runFolder } from '../../platform/runFolders.ts';
import { systemClock } from '../../platform/systemClock.ts';
import { openTempSpace } from '../../platform/tempSpace.ts';
import type { Engine } from '../openEngine.ts';
import { planDeps } from '../planDeps.ts';
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
  await mkdir(folder, { recursive: true });
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

/** Makes a run of a plan: folder, document, lease and the journal's first event. The results' folder must be free, or `replace` be set. */
export async function beginRun(
  engine: Engine,
  planned: PlannedRun,
  replace: boolean,
  baseUrl: string,
  signal: AbortSignal,
): Promise<{ owned: OwnedRun; document: RunDocument }> {
  const { job, plan, provider, runId } = planned;
  const document: RunDocument = { version: 1, runId, job, plan, replace };
  await refuseOccupied({ folder: openResultFolder(job.results.uri, runId), runId, replace }, signal);
  const folder = runFolder(engine.stateFolder, runId);
  await mkdir(path.dirname(folder), { recursive: true });
  await rename(path.join(engine.stateFolder, 'planned', runId), folder);
  await writeRunDocument(folder, document);
  const owned = await openOwnedRun(folder, 'CLI', systemClock());
  const { greatest } = plan.cost;
  await owned.journal.append({
    type: 'runCreated',
    runId,
    planHash: plan.planHash,
    job: { name: job.name, path: job.path },
    provider: {
      name: provider.name,
      baseUrl,
      project: engine.environment['OPENAI_PROJECT_ID'] ?? null,
      rehearsal: provider.kind === 'rehearsal',
    },
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
  });
  return { owned, document };
}
