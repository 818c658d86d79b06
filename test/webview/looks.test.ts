import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineStates, type EngineStates } from './support/engineStates.ts';
import { facesOf, framed } from './support/faces.ts';
import { openBrowser, openFrame, THEMES } from './support/pageFrame.ts';

const FOLDER = fileURLToPath(new URL('../../build/screenshots/pages/', import.meta.url));
const WIDTHS = [1080, 420] as const;

let browser: Browser;
let sample: EngineStates;

beforeAll(async () => {
  [browser, sample] = await Promise.all([openBrowser(), engineStates()]);
  mkdirSync(FOLDER, { recursive: true });
});
afterAll(() => browser?.close());

/** How much wider the page is than its window. */
function overflowPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

describe('the pages, in four themes at two widths', () => {
  it.each(facesOf(() => sample))('%s is drawn without an overflow or a complaint', async (name, face) => {
    const frame = await openFrame(browser, framed(face()));
    const { page } = frame;
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 });
      for (const theme of THEMES) {
        await frame.setTheme(theme);
        await page.screenshot({ path: `${FOLDER}${name}-${theme}-${width}.png`, fullPage: true });
      }
      expect(await overflowPx(page)).toBeLessThanOrEqual(0);
    }
    expect(await frame.complaints()).toEqual([]);
    await frame.close();
  });
});
