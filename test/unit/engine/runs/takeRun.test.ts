import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunDocument } from '../../../../src/core/pipeline/runDocument.ts';
import { replayRun } from '../../../../src/core/runs/replay.ts';
import type { Engine } from '../../../../src/engine/openEngine.ts';
import { takeRun, type FoundRun } from '../../../../src/engine/runs/takeRun.ts';
import { requestCancel } from '../../../../src/platform/cancelRequest.ts';
import { readJournal } from '../../../../src/platform/journalFile.ts';
import { openOwnedRun } from '../../../../src/platform/ownedRun.ts';
import { journalPath, runFolder } from '../../../../src/platform/runFolders.ts';
import { systemClock } from '../../../../src/platform/systemClock.ts';
import { runCreated } from '../../../scenario/runWorld.ts';
import { openWorkFolder, type WorkFolder } from '../../../support/workFolder.ts';

const RUN = '20261124-060500-test';

let work: WorkFolder;
let folder: string;
beforeEach(async () => {
  work = await openWorkFolder();
  folder = runFolder(work.path, RUN);
});
afterEach(() => work.remove());

/** A run that may cost two dollars, on a machine where one may cost one. */
async function tooDear(): Promise<{ engine: Engine; found: FoundRun }> {
  const owned = await openOwnedRun(folder, 'CLI', systemClock());
  const provider = { name: 'local', baseUrl: 'https://a/v1', project: null, rehearsal: false };
  await owned.journal.append({ ...runCreated(1, 1, RUN), provider, greatestCostUsd: 2 });
  await owned.close();
  const engine = { stateFolder: work.path, surface: 'editor', config: { maxUsd: 1 } } as unknown as Engine;
  const job = { path: `${work.path}/gone.tranche.json`, budget: { maxUsd: null } };
  const document = { version: 1, runId: RUN, job, replace: false } as unknown as RunDocument;
  return { engine, found: { document, run: replayRun(await readJournal(journalPath(folder))) } };
}

it('is refused above the cap of now, but not to cancel it, however that is asked for', async () => {
  const { engine, found } = await tooDear();
  const goOn = { replace: false, cancel: false };
  await expect(takeRun(engine, found, goOn)).rejects.toMatchObject({ code: 'budget' });
  const held = await takeRun(engine, found, { ...goOn, cancel: true });
  await expect(takeRun(engine, found, { ...goOn, cancel: true })).rejects.toMatchObject({ code: 'owned' });
  await held.owned.close();
  await requestCancel(folder);
  await (await takeRun(engine, found, goOn)).owned.close();
});
