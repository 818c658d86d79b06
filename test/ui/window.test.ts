import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { useEditor } from './support/useEditor.ts';
import { openTranche, runCommand, treeRow } from './support/workbench.ts';

const cli = fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url));
/** By the clock, on a machine that does other things; what it takes in work is measured in test/unit/extension. */
const MAX_ACTIVATION_MS = 250;
/** The quickest of several starts counts. */
const STARTS = 5;

const editor = useEditor();

it('shows a run that the command line drives, while it goes on and at its end', async () => {
  const page = editor().page();
  const { workspace, home } = editor();
  await openTranche(page);
  await page.getByText('No runs yet').waitFor();
  const args = [cli, 'run', path.join(workspace, 'posts.tranche.json'), '--provider', 'rehearsal'];
  const ended = new Promise<unknown>((resolve) =>
    execFile(process.execPath, args, { env: { ...process.env, TRANCHE_HOME: home } }, resolve),
  );
  await treeRow(page, /Run of posts, running/).waitFor();
  await treeRow(page, /Run of posts, finished, 1,994 ok/).waitFor();
  expect(await ended).toMatchObject({ code: 3 });
});

it(`wakes up in less than ${MAX_ACTIVATION_MS} ms by VS Code's own measure`, async () => {
  let quickestMs = Infinity;
  for (let start = 0; start < STARTS && quickestMs >= MAX_ACTIVATION_MS; start++) {
    await editor().reopen();
    const page = editor().page();
    await runCommand(page, 'Developer: Show Running Extensions');
    const row = page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: 'Tranche' });
    const time = row.locator('.activation-time');
    await time.filter({ hasText: /\d+ms/ }).waitFor();
    quickestMs = Math.min(quickestMs, Number(/(\d+)ms/.exec(await time.innerText())?.[1]));
  }
  expect(quickestMs).toBeLessThan(MAX_ACTIVATION_MS);
});
