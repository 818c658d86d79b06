import type { Frame, Locator, Page } from 'playwright-core';
import { waitFor } from './waitFor.ts';

/** A row of any tree of the side bar, by what a screen reader says first. */
export function treeRow(page: Page, name: string | RegExp): Locator {
  return page.getByRole('treeitem', { name }).first();
}

/** The Tranche views in the side bar, by mouse. */
export async function openTranche(page: Page): Promise<void> {
  const view = page.locator('.sidebar .pane-header', { hasText: 'Runs' });
  if (await view.isVisible()) return;
  await page.locator('.activitybar .action-label[aria-label^="Tranche"]').click();
  await view.waitFor();
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

/** An entry of a context menu or a menu that is open. */
export async function chooseInMenu(page: Page, text: string): Promise<void> {
  const entry = page.locator('.monaco-menu .action-item', { hasText: text }).first();
  await entry.waitFor();
  await entry.click();
}

/** Runs a command by its title in the palette, with the keyboard only. */
export async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input');
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator('.quick-input-list .monaco-list-row.focused', { hasText: title }).waitFor();
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
