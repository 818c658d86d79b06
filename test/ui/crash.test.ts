import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashOf, rehearseByCli } from './support/rehearseByCli.ts';
import { driverOf, runsOnDisk, type RunOnDisk } from './support/runsOnDisk.ts';
import { useEditor } from './support/useEditor.ts';
import { waitFor } from './support/waitFor.ts';
import { chooseInMenu, openExplorer, openTranche, treeRow } from './support/workbench.ts';

const BATCHES = 50;
const editor = useEditor();

/** The sample's job in many small chunks, so that there is a middle to die in. */
function writeJob(name: string): void {
  const { workspace } = editor();
  const text = readFileSync(path.join(workspace, 'posts.tranche.json'), 'utf8');
  writeFileSync(path.join(workspace, name), text.replace('"maxRequests": 500', '"maxRequests": 40'));
}

/** Starts the rehearsal of a job with the mouse, and waits until some batches are made. */
async function rehearseToTheMiddle(page: Page, job: string): Promise<{ run: RunOnDisk; enginePid: number }> {
  const { home } = editor();
  const before = new Set(runsOnDisk(home).map(({ runId }) => runId));
  await openExplorer(page);
  await treeRow(page, job).click({ button: 'right' });
  await chooseInMenu(page, 'Tranche', 'Rehearse Batch Job');
  await openTranche(page);
  const run = await waitFor('A run with some batches', () =>
    runsOnDisk(home).find(({ runId, batches }) => !before.has(runId) && batches > 0),
  );
  expect(run.isFinished).toBe(false);
  const enginePid = await waitFor('The process that drives the run', () => driverOf(home, run.runId));
  return { run, enginePid };
}

/** The tree tells of the end; nothing was sent twice, and the table is the one of a run that was left alone. */
async function endsAsIfNothingHappened(page: Page, job: string, { runId }: RunOnDisk): Promise<void> {
  const { home, workspace } = editor();
  const name = job.replace('.tranche.json', '');
  await treeRow(page, new RegExp(`Run of ${name}, finished, 1,994 ok`)).waitFor({ timeout: 90_000 });
  expect(runsOnDisk(home).find((run) => run.runId === runId)).toEqual({ runId, batches: BATCHES, isFinished: true });
  expect(await hashOf(path.join(workspace, `${name}.results.rehearsal/results.parquet`))).toBe(undisturbed);
}

/** From Linux's own files: a small machine has no `ps`. */
const parentOf = (pid: number): number =>
  Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

let undisturbed: string;
beforeAll(async () => {
  writeJob('alone.tranche.json');
  undisturbed = await rehearseByCli(editor().workspace, 'alone.tranche.json');
});

describe('a run ends with the same table and no batch twice', () => {
  let jobs = 0;
  let job: string;
  beforeEach(() => {
    job = `job${++jobs}.tranche.json`;
    writeJob(job);
  });

  it('when its engine is killed', async () => {
    const page = editor().page();
    const { run, enginePid } = await rehearseToTheMiddle(page, job);
    process.kill(enginePid, 'SIGKILL');
    await endsAsIfNothingHappened(page, job, run);
    expect(driverOf(editor().home, run.runId)).not.toBe(enginePid);
  });

  it('when the extension host is killed', async () => {
    const page = editor().page();
    const { run, enginePid } = await rehearseToTheMiddle(page, job);
    process.kill(parentOf(enginePid), 'SIGKILL');
    await endsAsIfNothingHappened(page, job, run);
  });

  it('when the whole window is killed and opened again', async () => {
    const { run } = await rehearseToTheMiddle(editor().page(), job);
    await editor().killWindow();
    await editor().reopen();
    const page = editor().page();
    await openTranche(page);
    await endsAsIfNothingHappened(page, job, run);
  });

  it('when the page is reloaded', async () => {
    const { run } = await rehearseToTheMiddle(editor().page(), job);
    await editor().page().reload();
    await openTranche(editor().page());
    await endsAsIfNothingHappened(editor().page(), job, run);
  });
});
