import { writeFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runsOnDisk } from './support/runsOnDisk.ts';
import { useEditor } from './support/useEditor.ts';
import { chooseInMenu, pageTitled, treeRow } from './support/workbench.ts';

const editor = useEditor({ askTrust: true });

it('plans in a workspace that is not trusted, but runs nothing from it', async () => {
  const page = editor().page();
  const { workspace, home } = editor();
  mkdirSync(path.join(workspace, '.vscode'));
  writeFileSync(path.join(workspace, '.vscode/settings.json'), '{ "tranche.maxUsd": 1000000 }');

  await treeRow(page, 'posts.tranche.json').click({ button: 'right' });
  await chooseInMenu(page, 'Tranche', 'Plan Batch Job');
  const plan = await pageTitled(page, 'Chunk plan');
  await plan.getByText('This workspace is not trusted, so nothing can be run from it.').waitFor();
  await plan.locator('[data-button="writeFiles"]:not([disabled])').waitFor();
  for (const button of ['run', 'rehearse']) {
    expect(await plan.locator(`[data-button="${button}"]`).getAttribute('disabled')).not.toBeNull();
  }

  await treeRow(page, 'posts.tranche.json').click({ button: 'right' });
  await page.getByRole('menuitem', { name: 'Tranche', exact: true }).hover();
  for (const command of ['Rehearse Batch Job', 'Run Batch Job…']) {
    const entry = page.getByRole('menuitem', { name: command, exact: true });
    await entry.waitFor();
    expect(await entry.getAttribute('aria-disabled')).toBe('true');
  }
  expect(runsOnDisk(home)).toEqual([]);
});
