import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { prettyJson } from '../../webview/rows/prettyJson.ts';
import { openBrowser, openFrame, type FrameOptions, type PageFrame } from './support/pageFrame.ts';
import { failureRows, plainRows, resultRows, wideRows } from './support/rowsStates.ts';

let browser: Browser;
let frame: PageFrame;
let page: Page;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());
afterEach(() => frame?.close());

async function open(options: FrameOptions): Promise<void> {
  frame = await openFrame(browser, options);
  ({ page } = frame);
}

const cells = (row: number): Promise<string[]> =>
  page.locator(`.body .row[data-index="${row}"] .cell`).allTextContents();
const readout = (): Promise<string[]> => page.locator('.pair-line').allTextContents();

describe('the rows page', () => {
  it('says how many rows these are of how many', async () => {
    await open({ state: resultRows() });
    const line = (): Promise<string | null> => page.locator('.line').textContent();
    expect(await line()).toBe('sample/posts.results · Parquet · first 1,000 of 63,666 rows · 9 columns');
    expect(await page.locator('[role="status"]').textContent()).toBe('The rows are ready: first 1,000 of 63,666 rows.');
    await frame.show(failureRows());
    expect(await line()).toBe('sample/posts.results · Parquet · all 7 rows · 3 columns');
    await frame.show(wideRows(3));
    expect(await line()).toBe('sample · CSV · first 200 rows of more · 3 columns');
  });

  it('tells null, an empty text and the text null apart', async () => {
    await open({ state: plainRows() });
    expect((await cells(0)).slice(1, 3)).toEqual(['1', 'null']);
    expect((await cells(1)).slice(1, 4)).toEqual(['2', 'null', 'empty']);
    expect(await page.locator('.body i.nothing').allTextContents()).toEqual(['null', 'empty', 'null']);
  });

  it('shows all of the row that the keyboard selects, and keeps it over a reload', async () => {
    await open({ state: plainRows() });
    await page.locator('.grid').focus();
    for (const key of ['End', 'ArrowUp', 'ArrowDown']) await page.keyboard.press(key);
    const last = ['idint5', 'langtextja', 'texttextフェリーがまた遅れた'];
    expect((await readout()).slice(0, 3)).toEqual(last);
    expect((await readout())[3]).toBe('metatext{\n  "n": 9007199254740993,\n  "t": "a, b: {c}"\n}');
    await frame.reload();
    expect((await readout()).slice(0, 3)).toEqual(last);
  });

  it('says of a value that is cut how large it is', async () => {
    await open({ state: resultRows(), kept: { view: { selected: '1', face: 'results' } } });
    expect((await readout())[3]).toMatch(/only the beginning of 48\.2 kB$/);
    expect((await readout())[4]).toBe('topicutf8weather');
  });

  it('turns from all rows of a run to those that are not ok, and forgets the place in the table before', async () => {
    await open({ state: resultRows(), kept: { view: { selected: '900', topPx: 20_000, face: 'results' } } });
    expect(await page.locator('[aria-pressed="true"]').textContent()).toBe('All rows (63,666)');
    const outcomes = await page.locator('.outcomes li').allTextContents();
    expect(outcomes.slice(0, 2)).toEqual(['63,600 ✓ok', '9 ✕failed']);
    await page.locator('[data-button="showFailures"]').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => frame.acts()).toEqual([{ do: 'showFailures' }]);
    await frame.show(failureRows());
    expect(await page.locator('[aria-pressed="true"]').textContent()).toBe('Not ok (66)');
    expect(await page.locator('.row[aria-selected="true"]').count()).toBe(0);
    expect((await cells(6))[2]).toBe('▲quarantined');
    expect(await frame.kept()).toMatchObject({ view: { face: 'failures', selected: null } });
  });

  it('asks its host for all else', async () => {
    await open({ state: resultRows({ state: 'changed' }) });
    const asked = ['again', 'profile', 'reveal'] as const;
    for (const key of asked) await page.locator(`[data-button="${key}"]`).click();
    await expect.poll(() => frame.acts()).toEqual(asked.map((key) => ({ do: key })));
  });

  it('draws of 500 columns those in sight, and the others once they are scrolled to', async () => {
    await open({ state: wideRows() });
    expect(await page.locator('.body .row').first().locator('.cell').count()).toBeLessThan(40);
    await page.locator('.grid').evaluate((grid) => (grid.scrollLeft = grid.scrollWidth));
    const last = page.locator('.body .row').first().locator('[aria-colindex="501"]');
    await last.waitFor();
    const edges = await page.evaluate(() => {
      const [grid, head, cell] = ['.grid', '.head [aria-colindex="501"]', '.body [aria-colindex="501"]'].map((one) =>
        document.querySelector(one)?.getBoundingClientRect(),
      );
      return [head?.left === cell?.left, Math.round((grid?.right ?? 0) - (cell?.right ?? 0))];
    });
    expect(edges[0]).toBe(true);
    expect(Math.abs(Number(edges[1]))).toBeLessThan(20);
    expect(await page.locator('.grid').getAttribute('aria-colcount')).toBe('501');
    expect(await frame.complaints()).toEqual([]);
  });
});

describe('pretty JSON', () => {
  it.each([
    ['{"a":[],"b":{}}', '{\n  "a": [],\n  "b": {}\n}'],
    [
      '[1.10,"a\\"],[",{"k":12345678901234567890}]',
      '[\n  1.10,\n  "a\\"],[",\n  {\n    "k": 12345678901234567890\n  }\n]',
    ],
    ['{"a":', null],
    ['12', null],
    ['"text"', null],
  ])('of %s', (text, pretty) => expect(prettyJson(text)).toBe(pretty));
});
