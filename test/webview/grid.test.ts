import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from './support/pageFrame.ts';

const ROWS = 2_000_000;
const ROW_PX = 28;

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 600, height: 500 } });
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('support/gridHarness.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
  });
  await page.setContent('<main id="root"></main>');
  await page.addStyleTag({ content: readFileSync(new URL('../../dist/webview/page.css', import.meta.url), 'utf8') });
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
  await page.evaluate((count) => (window as unknown as { openGrid: (count: number) => void }).openGrid(count), ROWS);
});
afterAll(() => browser?.close());

/** First cells of the rows that lie wholly in sight, under the head. */
function inSight(): Promise<string[]> {
  return page.evaluate(() => {
    const grid = document.querySelector('.grid')?.getBoundingClientRect();
    const head = document.querySelector('.head')?.getBoundingClientRect();
    return [...document.querySelectorAll('.body .row')].flatMap((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      const isIn = top >= (head?.bottom ?? 0) - 1 && bottom <= (grid?.bottom ?? 0) + 1;
      return isIn ? [row.firstElementChild?.textContent ?? ''] : [];
    });
  });
}

const selected = (): Promise<string | null> =>
  page.evaluate(() => document.querySelector('[aria-selected="true"] .cell')?.textContent ?? null);

describe('a grid of two million rows', () => {
  it('draws those in sight only, in an element a browser can still place', async () => {
    expect(await page.locator('.body .row').count()).toBeLessThan(30);
    const height = await page.evaluate(() => document.querySelector('.body')?.clientHeight ?? 0);
    expect(height).toBe(4_000_000);
    expect(await page.locator('.grid').getAttribute('aria-rowcount')).toBe(String(ROWS + 1));
  });

  it('reaches its first and its last row with the keyboard, row by row and page by page', async () => {
    await page.locator('.grid').focus();
    await page.keyboard.press('End');
    expect(await selected()).toBe(String(ROWS - 1));
    expect(await inSight()).toContain(String(ROWS - 1));
    for (let step = 1; step <= 40; step++) {
      await page.keyboard.press('ArrowUp');
      expect(await inSight()).toContain(String(ROWS - 1 - step));
    }
    await page.keyboard.press('Home');
    expect(await inSight()).toContain('0');
    await page.keyboard.press('PageDown');
    await page.keyboard.press('ArrowDown');
    const now = Number(await selected());
    expect(now).toBeGreaterThan(5);
    expect(await inSight()).toContain(String(now));
  });

  it('says which row the cursor is on, and where it stands among all', async () => {
    await page.keyboard.press('End');
    const row = await page.evaluate(() => {
      const id = document.querySelector('.grid')?.getAttribute('aria-activedescendant') ?? '';
      return document.getElementById(id)?.getAttribute('aria-rowindex');
    });
    expect(row).toBe(String(ROWS + 1));
  });

  it('shows the rows in proportion when it is scrolled', async () => {
    const middle = await page.evaluate(async () => {
      const grid = document.querySelector('.grid');
      if (grid !== null) grid.scrollTop = (grid.scrollHeight - grid.clientHeight) / 2;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return document.querySelector('.body .row')?.firstElementChild?.textContent;
    });
    expect(Math.abs(Number(middle) - ROWS / 2)).toBeLessThan(50);
    const tops = await page.evaluate(() =>
      [...document.querySelectorAll('.body .row')].map((row) => row.getBoundingClientRect().top),
    );
    const gaps = tops.slice(1).map((top, index) => Math.round(top - (tops[index] ?? 0)));
    expect(new Set(gaps)).toEqual(new Set([ROW_PX]));
  });
});
