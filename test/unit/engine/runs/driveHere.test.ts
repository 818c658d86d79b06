import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunDocument } from '../../../../src/core/pipeline/runDocument.ts';
import { countsOf } from '../../../../src/core/runs/rowCounts.ts';
import { replayRun } from '../../../../src/core/runs/replay.ts';
import type { RunEvent } from '../../../../src/core/runs/runEvents.ts';
import type { Engine } from '../../../../src/engine/openEngine.ts';
import { driveHere } from '../../../../src/engine/runs/driveHere.ts';
import { openOwnedRun } from '../../../../src/platform/ownedRun.ts';
import { runFolder } from '../../../../src/platform/runFolders.ts';
import { systemClock } from '../../../../src/platform/systemClock.ts';
import { runCreated } from '../../../scenario/runWorld.ts';
import { openWorkFolder, type WorkFolder } from '../../../support/workFolder.ts';

const NEVER = new AbortController().signal;
const SILENT = { info: () => undefined, warn: () => undefined };

let work: WorkFolder;
beforeEach(async () => {
  work = await openWorkFolder();
});
afterEach(() => work.remove());

it('tells the results of a run that its owner finished just before it was taken', async () => {
  const counts = countsOf('ok', 10);
  const created = runCreated(1, 10);
  const { runId } = created;
  const owned = await openOwnedRun(runFolder(work.path, runId), 'CLI', systemClock());
  const events: RunEvent[] = [
    { ...created, resultsUri: work.path },
    { type: 'chunkDone', chunk: 1, attempt: 1, end: 'completed', counts },
    { type: 'runFinished', cancelled: false, counts },
  ];
  const run = replayRun(await Promise.all(events.map((event) => owned.journal.append(event))));
  const usage = { promptTokens: 1, completionTokens: 1, rowsReporting: 10 };
  const files = [{ file: 'results.parquet' }, { file: 'failures.parquet' }];
  await work.write('manifest.json', JSON.stringify({ version: 1, runId, rows: counts, usage, files }));
  const options = { faults: [], cancel: NEVER, log: SILENT, onProgress: () => undefined };
  const held = { owned, document: { runId } as RunDocument, run };
  const { end, results } = await driveHere({} as Engine, held, options, NEVER);
  await owned.close();
  expect(end.state).toBe('finished');
  expect(results?.results).toEqual([path.join(work.path, 'results.parquet')]);
});
