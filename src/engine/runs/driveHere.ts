import { rm } from 'node:fs/promises';
import path from 'node:path';
import { TrancheError } from '../../core/errors.ts';
import type { JobSource } from '../../core/job/jobSource.ts';
import { collectForRun, resultsForRun, type RunCollectDeps } from '../../core/pipeline/collectForRun.ts';
import { openJob } from '../../core/pipeline/openJob.ts';
import { renderForRun } from '../../core/pipeline/renderForRun.ts';
import type { RunDocument } from '../../core/pipeline/runDocument.ts';
import type { WrittenResults } from '../../core/collect/writeResults.ts';
import { driveRun, endOf } from '../../core/runs/driveRun.ts';
import type { RunDeps, RunEnd, RunProgress } from '../../core/runs/runPorts.ts';
import type { RunState } from '../../core/runs/runState.ts';
import type { Log } from '../../core/ports.ts';
import { passingChunks } from '../../platform/chunkFiles.ts';
import { providerNamed, type ProviderConfig } from '../../platform/machineConfig.ts';
import { openPagePacker } from '../../platform/pagePacker.ts';
import { openResultFolder } from '../../platform/resultFiles.ts';
import type { OwnedRun } from '../../platform/ownedRun.ts';
import { systemClock } from '../../platform/systemClock.ts';
import type { Engine } from '../openEngine.ts';
import { openCancelWish, type CancelWish } from './cancelWish.ts';
import { finishedResults, type FoundResults } from './finishedRun.ts';
import { openService, runProvider, type OpenService } from './openService.ts';

/** Rendered chunks that wait for their upload lie in memory up to this, all together. */
const CHUNKS_IN_MEMORY_BYTES = 128_000_000;

export interface DriveOptions {
  readonly faults: readonly string[];
  /** Cancels the run once it aborts, or at once if it has; a request of another process does the same. */
  readonly cancel: AbortSignal;
  readonly log: Log;
  readonly onProgress: (progress: RunProgress) => void;
}

/** How a run driven here ended. */
export interface DrivenRun {
  readonly end: RunEnd;
  /** Null while chunks are unsettled. */
  readonly results: FoundResults | null;
}

/** Errors of a job that was read when the run began name the job file only. */
function sourceOf(document: RunDocument): JobSource {
  const name = path.basename(document.job.path);
  return {
    name,
    locate: () => ({ line: 1, column: 1 }),
    error: (_path, sentence, cause) => new TrancheError('badJob', `${name}: ${sentence}`, cause),
  };
}

function checkAddress({ created }: RunState, provider: ProviderConfig, engine: Engine): void {
  const { runId, provider: then } = created;
  const now = runProvider(provider, engine.environment);
  if (then.rehearsal || (then.baseUrl === now.baseUrl && then.project === now.project)) return;
  const at = ({ baseUrl, project }: typeof now): string =>
    project === null ? baseUrl : `${baseUrl} (project ${project})`;
  throw new TrancheError(
    'usage',
    `Run ${runId} lives at ${at(then)}, not at ${at(now)}: set the provider up as it was to go on with it, or begin another run (tranche run --new).`,
  );
}

function runDeps(
  engine: Engine,
  owned: OwnedRun,
  document: RunDocument,
  service: OpenService,
  options: DriveOptions,
  keep: (results: WrittenResults) => void,
): RunDeps {
  const chunkFolder = path.join(owned.folder, 'chunks');
  const collecting: RunCollectDeps = {
    openFile: (name, signal) => engine.env.files.open(path.join(owned.folder, name), signal),
    codecs: engine.env.codecs,
    folder: openResultFolder(document.job.results.uri, document.runId),
    packer: openPagePacker(),
    newHasher: engine.newHasher,
  };
  return {
    api: service.api,
    journal: owned.journal,
    ownership: owned.lease,
    files: owned.files,
    clock: systemClock(),
    log: options.log,
    renderChunks: renderForRun(document, {
      ...engine,
      openSink: passingChunks(chunkFolder, CHUNKS_IN_MEMORY_BYTES),
      open: (signal) => openJob(document.job, sourceOf(document), engine.env, signal),
    }),
    collectChunk: collectForRun(document, collecting),
    writeResults: async (state, signal) => keep(await resultsForRun(document, state, collecting, signal)),
    onProgress: options.onProgress,
    tuning: service.tuning,
  };
}

/** A run that this process holds, as its journal tells it since. */
export interface HeldRun {
  readonly owned: OwnedRun;
  readonly document: RunDocument;
  readonly run: RunState;
}

/** Drives a run that this process owns to its end. The signal stops our work only; batches go on at the provider. */
export async function driveHere(
  engine: Engine,
  { owned, document, run }: HeldRun,
  options: DriveOptions,
  signal: AbortSignal,
): Promise<DrivenRun> {
  if (run.finished !== null) return { end: endOf(run), results: await finishedResults(run) }; // by its owner before
  const provider = providerNamed(engine.config, run.created.provider.name);
  checkAddress(run, provider, engine);
  const service = await openService(provider, owned.folder, engine, options.faults);
  let wish: CancelWish | null = null;
  let results: FoundResults | null = null;
  try {
    wish = await openCancelWish(owned.folder, options.cancel);
    const deps = runDeps(engine, owned, document, service, options, (written) => (results = written));
    const end = await driveRun(deps, run, signal, wish.signal);
    return { end, results };
  } finally {
    wish?.close();
    await service.close();
    await rm(path.join(owned.folder, 'chunks'), { recursive: true, force: true });
  }
}
