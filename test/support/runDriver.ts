import { driveRun } from '../../src/core/runs/driveRun.ts';
import { replayRun } from '../../src/core/runs/replay.ts';
import { openOwnedRun } from '../../src/platform/ownedRun.ts';
import { systemClock } from '../../src/platform/systemClock.ts';
import { countAnswers, openApi, QUICK, renderChunk, runCreated } from '../scenario/runWorld.ts';

/** Drives a run in a process of its own, made to be killed: prints how it ended. */
const [folder = '', url = '', chunks = '1', rows = '1'] = process.argv.slice(2);
const clock = systemClock();
const owned = await openOwnedRun(folder, 'CLI', clock);
const { journal, lease, files } = owned;
const size = { chunks: Number(chunks), rows: Number(rows) };
const first = journal.records.length === 0 ? [await journal.append(runCreated(size.chunks, size.rows))] : [];
const end = await driveRun(
  {
    api: openApi(url),
    journal,
    ownership: lease,
    files,
    clock,
    log: { info: () => undefined, warn: () => undefined },
    renderChunks: async function* (indexes) {
      for (const index of indexes) yield renderChunk(index, size.rows);
    },
    collectChunk: (answers) => countAnswers(folder, answers),
    writeResults: async () => undefined,
    onProgress: () => undefined,
    tuning: QUICK,
  },
  replayRun([...journal.records, ...first]),
  new AbortController().signal,
);
await owned.close();
process.stdout.write(JSON.stringify(end));
