import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { runsOnDisk } from './support/runsOnDisk.ts';
import { useEditor } from './support/useEditor.ts';
import { waitFor } from './support/waitFor.ts';
import { chooseByArrows, goByTab, pageTitled, pressByTab, runCommand, treeRow } from './support/workbench.ts';

const editor = useEditor();

test('the keyboard alone leads from the sample to its results', async () => {
  const page = editor().page();
  const { workspace, home } = editor();
  const { keyboard } = page;

  // a footprint
  await page.keyboard.press('Control+Shift+E');
  await waitFor('The focus on posts.csv', async () => {
    if (await page.locator('.explorer-folders-view .monaco-list-row.focused', { hasText: 'posts.csv' }).count())
      return true;
    await keyboard.press('ArrowDown');
    return false;
  });
  await keyboard.press('Shift+F10');
  await chooseByArrows(page, 'Profile Footprint');
  const footprint = await pageTitled(page, 'posts.csv');
  await footprint.getByText('2,000 rows').first().waitFor();

  // a job and its plan
  await keyboard.press('Control+1');
  await pressByTab(page, footprint, 'planJob');
  const plan = await pageTitled(page, 'Chunk plan');
  await runCommand(page, 'View: Focus Last Editor Group');
  await goByTab(page, plan, '.files .grid');
  for (const key of ['ArrowDown', 'Enter']) await keyboard.press(key);
  const lines = page.locator('.tab.active', { hasText: 'posts-2 chunk 1 (first 50 of 1,994 lines).jsonl' });
  await lines.waitFor();
  await page.locator('.view-line', { hasText: '"custom_id":"' }).first().waitFor();
  await runCommand(page, 'View: Close Editor');
  await lines.waitFor({ state: 'detached' });
  await runCommand(page, 'View: Focus Last Editor Group');
  await pressByTab(page, plan, 'rehearse');

  // a run that is seen
  await runCommand(page, 'Tranche: Focus on Runs View');
  const row = treeRow(page, /Run of posts-2, finished, 1,994 ok/);
  await row.waitFor();
  expect(runsOnDisk(home)).toMatchObject([{ batches: 1 }]);
  expect(existsSync(path.join(workspace, 'posts-2.results.rehearsal/manifest.json'))).toBe(true);

  // its results
  await runCommand(page, 'Tranche: Focus on Runs View');
  await waitFor('The focus on the run', async () => {
    if (await row.evaluate((element) => element.classList.contains('focused'))) return true;
    await keyboard.press('Home');
    return false;
  });
  await keyboard.press('Shift+F10');
  await chooseByArrows(page, 'Open Results');
  const results = await pageTitled(page, 'results.parquet');
  await results.locator('.line', { hasText: 'first 1,000 of 2,000 rows' }).waitFor();
  await pressByTab(page, results, 'showFailures');
  const failures = await pageTitled(page, 'failures.parquet');
  await goByTab(page, failures, '.rows-grid .grid');
  for (const key of ['ArrowDown', 'ArrowDown']) await keyboard.press(key);
  await failures.getByRole('heading', { name: 'Row 2', exact: true }).waitFor();
});
