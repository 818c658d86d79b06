import { isTrancheError, messageOf } from '../../core/errors.ts';
import type { RunDocument } from '../../core/pipeline/runDocument.ts';
import { replayRun } from '../../core/runs/replay.ts';
import type { RunProgress } from '../../core/runs/runPorts.ts';
import { actualCostUsd } from '../../engine/runs/actualCost.ts';
import { driveHere, type DrivenRun } from '../../engine/runs/driveHere.ts';
import { readJournal } from '../../platform/journalFile.ts';
import type { OwnedRun } from '../../platform/ownedRun.ts';
import { journalPath } from '../../platform/runFolders.ts';
import type { CommandContext } from '../commandContext.ts';
import { writeJsonLine, writeOut } from '../output.ts';
import { runEndText } from '../print/runText.ts';
import { openRunProgress } from '../runProgress.ts';

export interface DriveFlags {
  readonly json: boolean;
  readonly faults: readonly string[];
  readonly cancel: boolean;
}

async function report(
  context: CommandContext,
  owned: OwnedRun,
  document: RunDocument,
  driven: DrivenRun,
  json: boolean,
): Promise<void> {
  const { engine, progress } = context;
  const { created, batchesCreated } = replayRun(await readJournal(journalPath(owned.folder)));
  const { end, results } = driven;
  const costUsd = actualCostUsd(engine, created, results);
  progress.end();
  if (!json) {
    await writeOut(`${runEndText(document.runId, end, results, costUsd)}\n`);
    return;
  }
  await writeJsonLine({
    type: 'end',
    runId: document.runId,
    state: end.state,
    rows: end.counts,
    batches: { created: batchesCreated, unsettled: end.unsettled.length },
    costUsd,
    results: results?.results ?? [],
    failures: results?.failures ?? null,
  });
}

function exitCodeOf({ end }: DrivenRun): number {
  if (end.state === 'unsettled') return 1;
  return end.counts.ok === end.counts.in ? 0 : 3;
}

/** Drives a run with live progress and prints its end; an interruption says how to go on (130). The run is given free in any case. */
export async function driveAndReport(
  context: CommandContext,
  owned: OwnedRun,
  document: RunDocument,
  flags: DriveFlags,
): Promise<number> {
  const { engine, signal, progress } = context;
  const show = openRunProgress(document.plan, progress);
  let writing: Promise<void> = Promise.resolve();
  const onProgress = (news: RunProgress): void => {
    if (flags.json) writing = writing.then(() => writeJsonLine(jsonOf(news)));
    else show(news);
  };
  const log = { info: () => undefined, warn: (message: string) => progress.note(message) };
  try {
    const driven = await driveHere(
      engine,
      owned,
      document,
      { faults: flags.faults, cancel: flags.cancel, log, onProgress },
      signal,
    );
    await writing;
    await report(context, owned, document, driven, flags.json);
    return exitCodeOf(driven);
  } catch (error) {
    progress.end();
    const how = `go on with: tranche resume ${document.runId}`;
    if (isTrancheError(error, 'cancelled')) {
      process.stderr.write(
        `Stopped. Batches at the provider go on, chunks that wait for room do so when it is resumed; ${how}\n`,
      );
      return 130;
    }
    process.stderr.write(`tranche: ${messageOf(error)}\ntranche: run ${document.runId} is kept; ${how}\n`);
    return isTrancheError(error) ? error.exitCode : 1;
  } finally {
    await owned.close();
  }
}

function jsonOf(news: RunProgress): object {
  const { kind, ...rest } = news;
  return { type: kind, ...rest };
}
