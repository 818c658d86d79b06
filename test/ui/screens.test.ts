import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { axeFindings } from './support/axeFindings.ts';
import { chooseTheme, THEMES } from './support/chooseTheme.ts';
import { useEditor } from './support/useEditor.ts';
import { waitFor } from './support/waitFor.ts';
import {
  chooseInMenu,
  notification,
  openTranche,
  pageTitled,
  press,
  runCommand,
  tab,
  treeRow,
} from './support/workbench.ts';

/** Not in git; a person looks at them. */
const SCREENS = fileURLToPath(new URL('../../build/screens/', import.meta.url));
const WIDTHS = [900, 1440];
/** Tabs of the editor, each with what it shows once it is there. */
const VIEWS = [
  { name: 'footprint', tab: 'posts.csv', ready: (page: Page) => pageTitled(page, 'posts.csv') },
  { name: 'plan', tab: '(Plan)', ready: (page: Page) => pageTitled(page, 'Chunk plan') },
] as const;

const editor = useEditor({ height: 1000, width: 1440 });

/** A page follows the theme a moment after the workbench does. */
async function followsTheme(frame: Frame, kind: string): Promise<void> {
  await waitFor(`The page in ${kind}`, async () =>
    (await frame.locator('body').getAttribute('class'))?.split(' ').includes(kind),
  );
}

beforeAll(async () => {
  rmSync(SCREENS, { recursive: true, force: true });
  mkdirSync(SCREENS, { recursive: true });
  const page = editor().page();
  const job = path.join(editor().workspace, 'posts.tranche.json');
  // many small chunks: something to look at, and time to look
  writeFileSync(job, readFileSync(job, 'utf8').replace('"maxRequests": 500', '"maxRequests": 100'));
  await treeRow(page, 'posts.csv').click({ button: 'right' });
  await chooseInMenu(page, 'Profile Footprint');
  await (await pageTitled(page, 'posts.csv')).getByText('2,000 rows').first().waitFor();
  await treeRow(page, 'posts.tranche.json').click({ button: 'right' });
  await chooseInMenu(page, 'Tranche', 'Plan Batch Job');
  const plan = await pageTitled(page, 'Chunk plan');
  await openTranche(page);
  await treeRow(page, 'Batch job posts').waitFor();
  await page.screenshot({ path: `${SCREENS}welcome.png` });
  await press(plan, 'rehearse');
  await treeRow(page, /Run of posts, running, [1-9]\d? percent/).waitFor();
  await page.screenshot({ path: `${SCREENS}running.png` });
  await treeRow(page, /Run of posts, finished/).waitFor();
  await notification(page, 'posts').waitFor();
  await runCommand(page, 'Notifications: Clear All Notifications');
});

describe.each(THEMES)('in $name', ({ name, kind }) => {
  it('every view is shown, and axe finds nothing serious on a page', async () => {
    const page = editor().page();
    await chooseTheme(page, name);
    for (const view of VIEWS) {
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 1000 });
        await tab(page, view.tab).click();
        const frame = await view.ready(page);
        await followsTheme(frame, kind);
        await frame.locator('[data-button="planJob"], [data-button="rehearse"]:not([disabled])').waitFor();
        await page.screenshot({ path: `${SCREENS}${view.name}-${kind}-${width}.png` });
      }
      expect(await axeFindings(await view.ready(page))).toEqual([]);
    }
  });
});
