import type { Frame, Locator, Page } from 'playwright-core';
import { waitFor } from './waitFor.ts';

/** A row of any tree of the side bar, by what a screen reader says first. */
export function treeRow(page: Page, name: string | RegExp): Locator {
  return page.getByRole('treeitem', { name }).first();
}

/** Shows a container of the side bar. A click on the one that is shown hides it, also while it is just being shown: then another brings it back. */
async function openContainer(page: Page, name: string): Promise<void> {
  const icon = page.locator(`.activitybar .action-label[aria-label^="${name}"]`);
  const shown = page.locator('.sidebar .composite.title', { hasText: name });
  await waitFor(`The side bar shows ${name}`, async () => {
    if (await shown.isVisible()) return true;
    await icon.click();
    return shown.waitFor({ timeout: 2_000 }).then(
      () => true,
      () => false,
    );
  });
}

/** The files of the workspace, by mouse. */
export async function openExplorer(page: Page): Promise<void> {
  await openContainer(page, 'Explorer');
}

/** The Tranche views, by mouse. */
export async function openTranche(page: Page): Promise<void> {
  await openContainer(page, 'Tranche');
}

/** One of our pages by its heading, once VS Code shows it in its two frames. */
export async function pageTitled(page: Page, heading: string): Promise<Frame> {
  const hasHeading = async (frame: Frame): Promise<boolean> => {
    if (frame.parentFrame()?.url().includes('/webview/browser/pre/') !== true) return false;
    const found = frame.getByRole('heading', { name: heading, level: 1 });
    return (await found.count().catch(() => 0)) > 0; // a frame may go while it is asked
  };
  return waitFor(`A page with the heading ${heading}`, async () => {
    for (const frame of page.frames()) if (await hasHeading(frame)) return frame;
    return null;
  });
}

/** Chooses an entry of the menu that is open, below other entries where there are some on the way. */
export async function chooseInMenu(page: Page, ...way: readonly string[]): Promise<void> {
  const entry = (text: string): Locator => page.getByRole('menuitem', { name: text, exact: true });
  for (const text of way.slice(0, -1)) await entry(text).hover();
  const last = entry(way.at(-1) ?? '');
  await last.waitFor();
  // a menu that has just opened takes no click yet
  await waitFor(`The menu closes after a click on ${way.join(', ')}`, async () => {
    await last.click({ timeout: 500 }).catch(() => undefined);
    return (await page.locator('.monaco-menu').count()) === 0;
  });
}

/** Runs a command by its title in the palette, with the keyboard only. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input');
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
  const focused = page.locator('.quick-input-list .monaco-list-row.focused .label-name');
  await waitFor(`The command ${title}`, async () => {
    if ((await focused.count()) > 0 && (await focused.innerText()) === title) return true;
    await page.keyboard.press('ArrowDown');
    return false;
  });
  await page.keyboard.press('Enter');
}

/** A notification in the corner. */
export function notification(page: Page, text: string | RegExp): Locator {
  return page.locator('.notifications-toasts .notification-toast').filter({ hasText: text });
}

/** A tab of the editor by its label. */
export function tab(page: Page, label: string): Locator {
  return page.locator('.tabs-container .tab', { hasText: label });
}

/** Presses a button of one of our pages once it can be pressed. */
export async function press(frame: Frame, key: string): Promise<void> {
  await frame.locator(`[data-button="${key}"]:not([disabled])`).click();
}

/** Chooses an entry of the menu that is open with the arrow keys. */
export async function chooseByArrows(page: Page, text: string): Promise<void> {
  const focused = page.locator('.monaco-menu .action-item.focused');
  await page.locator('.monaco-menu').first().waitFor();
  await waitFor(`The menu's entry ${text}`, async () => {
    if ((await focused.count()) > 0 && (await focused.last().innerText()).startsWith(text)) return true;
    await page.keyboard.press('ArrowDown');
    return false;
  });
  await page.keyboard.press('Enter');
}

/** Goes to an element of one of our pages with Tab, once it can be reached. */
export async function goByTab(page: Page, frame: Frame, selector: string): Promise<void> {
  await frame.locator(selector).waitFor();
  await waitFor(`The focus on ${selector}`, async () => {
    if (await frame.evaluate((one) => document.activeElement?.matches(one), selector)) return true;
    await page.keyboard.press('Tab');
    return false;
  });
}

/** Goes to a button of one of our pages with Tab, once it can be reached, and presses it with Enter. */
export async function pressByTab(page: Page, frame: Frame, key: string): Promise<void> {
  await goByTab(page, frame, `[data-button="${key}"]:not([disabled])`);
  await page.keyboard.press('Enter');
}
