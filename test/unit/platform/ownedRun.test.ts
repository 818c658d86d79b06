import { afterEach, beforeEach, expect, it } from 'vitest';
import { leaseOwner } from '../../../src/platform/lease.ts';
import { openOwnedRun } from '../../../src/platform/ownedRun.ts';
import { leasePath, runFolder } from '../../../src/platform/runFolders.ts';
import { systemClock } from '../../../src/platform/systemClock.ts';
import { openWorkFolder, type WorkFolder } from '../../support/workFolder.ts';

let work: WorkFolder;
beforeEach(async () => {
  work = await openWorkFolder();
});
afterEach(() => work.remove());

it('gives the run free although its journal does not close', async () => {
  const folder = runFolder(work.path, '20261124-060500-test');
  const owned = await openOwnedRun(folder, 'editor', systemClock());
  const { close } = owned.journal;
  owned.journal.close = async () => {
    await close();
    throw new Error('a full disk elsewhere');
  };
  expect((await leaseOwner(leasePath(folder)))?.isLiving).toBe(true);
  await expect(owned.close()).rejects.toThrow('a full disk');
  expect(await leaseOwner(leasePath(folder))).toBeNull();
});
