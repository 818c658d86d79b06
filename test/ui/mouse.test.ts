import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashOf, rehearseByCli } from './support/rehearseByCli.ts';
import { runsOnDisk } from './support/runsOnDisk.ts';
import { useEditor } from './support/useEditor.ts';
import { chooseInMenu, notification, openTranche, pageTitled, press, tab, treeRow } from './support/workbench.ts';

const editor = useEditor();

test('the mouse leads from the sample to its results', async () => {
  const page = editor().page();
  const { workspace, home } = editor();

  // a footprint
  await treeRow(page, 'posts.csv').click({ button: 'right' });
  await chooseInMenu(page, 'Profile Footprint');
  const footprint = await pageTitled(page, 'posts.csv');
  await footprint.getByText('2,000 rows').first().waitFor();

  // a job and its plan
  await press(footprint, 'planJob');
  const plan = await pageTitled(page, 'Chunk plan');
  await plan.locator('[data-button="rehearse"]:not([disabled])').waitFor();
  expect(existsSync(path.join(workspace, 'posts-2.tranche.json'))).toBe(true);

  // a run that is seen
  await openTranche(page);
  await press(plan, 'rehearse');
  await treeRow(page, /Run of posts-2.*running/).waitFor();
  await treeRow(page, /Run of posts-2, finished, 1,994 ok/).waitFor();
  await notification(page, 'posts-2').waitFor();
  expect(await notification(page, 'posts-2').count()).toBe(1);
  expect(runsOnDisk(home)).toMatchObject([{ batches: 1 }]);

  // its results
  const table = path.join(workspace, 'posts-2.results.rehearsal/results.parquet');
  expect(await hashOf(table)).toBe(await rehearseByCli(workspace, 'posts-2.tranche.json'));
  await notification(page, 'posts-2').getByRole('button', { name: 'Show Failures' }).click();
  const failures = await pageTitled(page, 'failures.parquet');
  await failures.getByRole('gridcell', { name: 'post-0017' }).click();
  await failures.getByRole('heading', { name: /^Row \d+$/ }).waitFor();
  await press(failures, 'showResults');
  await failures.locator('.line', { hasText: 'first 1,000 of 2,000 rows' }).waitFor();
});

test('closing the window and opening it again brings the pages back', async () => {
  await editor().reopen();
  const page = editor().page();
  await tab(page, 'posts.csv').first().click();
  const footprint = await pageTitled(page, 'posts.csv');
  await footprint.getByText('2,000 rows').first().waitFor();
  await tab(page, 'posts-2.tranche.json (Plan)').click();
  const plan = await pageTitled(page, 'Chunk plan');
  await plan.locator('[data-button="rehearse"]:not([disabled])').waitFor();
});
