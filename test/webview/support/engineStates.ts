import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { profileDataset } from '../../../src/core/pipeline/profileDataset.ts';
import type { ProfileSnapshot } from '../../../src/core/pipeline/profiling.ts';
import { loadJob } from '../../../src/engine/loadJob.ts';
import { openEngine } from '../../../src/engine/openEngine.ts';
import { planJobFile } from '../../../src/engine/planJobFile.ts';
import { profileDeps } from '../../../src/engine/profileDeps.ts';
import type { FootprintPageState, PlanPageState } from '../../../src/protocol/pageProtocol.ts';

const at = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

/** What the engine itself says of the sample that comes with the extension. */
export interface EngineStates {
  /** All snapshots of a reading, the last being the whole. */
  readonly reading: readonly ProfileSnapshot[];
  readonly footprint: FootprintPageState;
  readonly forJob: FootprintPageState;
  readonly plan: PlanPageState;
}

/** As it crosses a wire. */
function overWire<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Reads and plans the sample as the editor would have it done. */
export async function engineStates(): Promise<EngineStates> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tranche-pages-'));
  try {
    await cp(at('media/sample'), folder, { recursive: true });
    const engine = await openEngine({
      environment: { TRANCHE_HOME: path.join(folder, 'home') },
      workerEntry: new URL('../../../dist/scanWorker.mjs', import.meta.url),
      workers: 1,
    });
    const { signal } = new AbortController();
    const jobPath = path.join(folder, 'posts.tranche.json');
    const profiled = async (isForJob: boolean): Promise<ProfileSnapshot[]> => {
      const job = isForJob ? await loadJob(jobPath) : null;
      const request = { uri: path.join(folder, 'posts.csv'), format: null, job, exact: false };
      const snapshots: ProfileSnapshot[] = [];
      for await (const snapshot of profileDataset(request, profileDeps(engine, null), signal)) snapshots.push(snapshot);
      return snapshots;
    };
    const reading = overWire(await profiled(false));
    const footprint: FootprintPageState = {
      page: 'footprint',
      title: 'posts.csv',
      where: 'sample',
      state: 'done',
      snapshot: reading.at(-1) ?? null,
      error: null,
      jobName: null,
    };
    const weighed = overWire(await profiled(true));
    const { job, plan } = await planJobFile(engine, jobPath, { balance: null, onRows: () => undefined }, signal);
    const { name, request, provider } = job;
    const summary = {
      name,
      path: '/data/posts.tranche.json',
      dataset: '/data/posts.csv',
      endpoint: request.endpoint,
      model: request.model,
      provider,
      results: '/data/posts.results',
    };
    return {
      reading,
      footprint,
      forJob: { ...footprint, snapshot: weighed.at(-1) ?? null, jobName: 'posts' },
      plan: {
        page: 'plan',
        title: 'posts',
        state: 'planned',
        measuredRows: plan.rows,
        planned: overWire({ job: summary, plan }),
        error: null,
        mayRun: true,
        doing: null,
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
