import { openDataset } from '../../core/datasets/openDataset.ts';
import { firstRows } from '../../core/pipeline/firstRows.ts';
import { profileDataset } from '../../core/pipeline/profileDataset.ts';
import type { ProfileSnapshot } from '../../core/pipeline/profiling.ts';
import { TrancheError } from '../../core/errors.ts';
import type { EngineRequests, TableRows } from '../../protocol/engineProtocol.ts';
import { datasetUri } from '../datasetUri.ts';
import { loadJob } from '../loadJob.ts';
import type { Engine } from '../openEngine.ts';
import { priceListOf } from '../priceListOf.ts';
import { profileDeps } from '../profileDeps.ts';
import { proposeJob } from '../proposeJob.ts';
import { atMostEvery } from './atMostEvery.ts';
import type { Configured } from './configured.ts';
import type { EngineConnection } from './engineConnection.ts';

const SNAPSHOT_MS = 250;

async function profile(
  engine: Engine,
  { uri, jobPath, exact }: EngineRequests['dataset/profile']['params'],
  tell: (snapshot: ProfileSnapshot) => void,
  signal: AbortSignal,
): Promise<ProfileSnapshot> {
  const job = jobPath === null ? null : await loadJob(jobPath);
  const provider = job?.job.provider ?? null;
  const { warnings } = priceListOf(engine.config, provider);
  const request = { uri: datasetUri(uri), format: null, job, exact };
  for await (const { footprint, doing } of profileDataset(request, profileDeps(engine, provider), signal)) {
    const snapshot = { footprint: { ...footprint, warnings: [...footprint.warnings, ...warnings] }, doing };
    if (doing === null) return snapshot;
    tell(snapshot);
  }
  throw new TrancheError('internal', `The footprint of ${uri} came to no end.`);
}

/** What a page of rows can hold. */
const MOST_ROWS = 1_000;
const MOST_CELL_CHARS = 1_000;
const MOST_CHARS = 4_000_000;

async function rowsOf(
  { env }: Engine,
  { uri, limit }: EngineRequests['dataset/rows']['params'],
  signal: AbortSignal,
): Promise<TableRows> {
  const named = datasetUri(uri);
  const opened = await openDataset(named, { format: null }, env, signal);
  const size = { rows: Math.min(limit, MOST_ROWS), cellChars: MOST_CELL_CHARS, chars: MOST_CHARS };
  return { uri: named, ...(await firstRows(opened, size, env, signal)) };
}

/** Answers what is asked about datasets. */
export function serveDatasets(connection: EngineConnection, { engine }: Configured): void {
  connection.answer('dataset/profile', async (params, signal) => {
    const tell = atMostEvery(SNAPSHOT_MS, (snapshot: ProfileSnapshot) =>
      connection.tell('profile/changed', { id: params.id, snapshot }),
    );
    return profile(await engine(), params, tell, signal);
  });
  connection.answer('dataset/rows', async (params, signal) => rowsOf(await engine(), params, signal));
  connection.answer('job/propose', async ({ uri }, signal) => proposeJob(await engine(), datasetUri(uri), signal));
}
