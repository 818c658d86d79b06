import type { Job } from '../../core/model/job.ts';
import type { JobSummary } from '../../protocol/engineProtocol.ts';
import { checkJobFile } from '../checkJobFile.ts';
import { planJobFile } from '../planJobFile.ts';
import { previewJobFile } from '../previewJobFile.ts';
import { renderJobFile } from '../renderJobFile.ts';
import { atMostEvery } from './atMostEvery.ts';
import type { Configured } from './configured.ts';
import type { EngineConnection, TellLog } from './engineConnection.ts';
import { openKnownPlans } from './knownPlans.ts';

const PROGRESS_MS = 250;

/** Tells how far the work `id` on a job has come, at most four times a second. */
export function planProgress(connection: EngineConnection, id: string): (rows: number, chunks: number) => void {
  return atMostEvery(PROGRESS_MS, (rows: number, chunks: number) =>
    connection.tell('plan/changed', { id, rows, chunks }),
  );
}

function summaryOf({ name, path, dataset, request, provider, results }: Job): JobSummary {
  const { endpoint, model } = request;
  return { name, path, dataset: dataset.uri, endpoint, model, provider, results: results.uri };
}

/** Answers what is asked about job files. */
export function serveJobs(connection: EngineConnection, { engine }: Configured, log: TellLog): void {
  const plans = openKnownPlans();
  connection.answer('job/check', ({ jobPath }) => checkJobFile(jobPath));
  connection.answer('job/plan', async ({ id, jobPath }, signal) => {
    const progress = planProgress(connection, id);
    const onRows = (rows: number): void => progress(rows, 0);
    const { job, plan, known } = await planJobFile(await engine(), jobPath, { balance: null, onRows }, signal);
    plans.add(plan.planHash, known);
    return { job: summaryOf(job), plan };
  });
  connection.answer('job/preview', async (params, signal) =>
    previewJobFile(await engine(), params, plans.get(params.planHash), signal),
  );
  connection.answer('job/render', async ({ id, jobPath, folder }, signal) => {
    const onProgress = planProgress(connection, id);
    const onNotice = (notice: string): void => log('warn', notice);
    const { totals, chunks } = await renderJobFile(await engine(), jobPath, { folder, onNotice, onProgress }, signal);
    return { chunks: chunks.length, rows: totals.planned, bytes: totals.bytes };
  });
}
