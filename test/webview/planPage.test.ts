import { statSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { madeUpPlan } from './support/madeUpStates.ts';
import { openBrowser, openFrame, type FrameOptions, type PageFrame } from './support/pageFrame.ts';

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

const selectedFile = (): Promise<string | null> =>
  page.evaluate(() => document.querySelector('.files [aria-selected="true"] .cell')?.textContent ?? null);
const button = (key: string) => page.locator(`[data-button="${key}"]`).first();

describe('the plan page', () => {
  it('stays under 200 kB, the footprint page too', () => {
    for (const name of ['plan.js', 'footprint.js']) {
      expect(statSync(new URL(`../../dist/webview/${name}`, import.meta.url)).size).toBeLessThan(200_000);
    }
  });

  it('asks its host for what its buttons say', async () => {
    await open({ state: madeUpPlan(23) });
    for (const key of ['writeFiles', 'rehearse', 'run', 'openJob']) await button(key).click();
    await expect
      .poll(() => frame.acts())
      .toEqual([{ do: 'writeFiles' }, { do: 'rehearse' }, { do: 'run' }, { do: 'openJob' }]);
    expect(await button('run').textContent()).toBe('Run 23 Batches · at most $27.90');
  });

  it('can be run by the keyboard alone', async () => {
    await open({ state: madeUpPlan(23) });
    const way: string[] = [];
    for (let tabs = 0; tabs < 4; tabs++) {
      await page.keyboard.press('Tab');
      way.push(await page.evaluate(() => document.activeElement?.getAttribute('data-button') ?? ''));
    }
    expect(way).toEqual(['openJob', 'writeFiles', 'rehearse', 'run']);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await expect.poll(() => frame.acts()).toEqual([{ do: 'run' }, { do: 'run' }]);
  });

  it.each([
    ['in a workspace that is not trusted', { mayRun: false }, ['rehearse', 'run']],
    ['while it is out of date', { state: 'stale' }, ['writeFiles', 'rehearse', 'run']],
    [
      'while files are written',
      { doing: { text: 'Writing 23 files', canCancel: true } },
      ['writeFiles', 'rehearse', 'run'],
    ],
  ] as const)('runs nothing %s, and says why', async (_, more, disabled) => {
    await open({ state: madeUpPlan(23, 0, more) });
    for (const key of disabled) {
      expect(await button(key).getAttribute('disabled')).toBe('');
      await button(key).click({ force: true });
    }
    expect(await frame.acts()).toEqual([]);
    expect(await page.locator('.bar, .working').first().textContent()).toMatch(/not trusted|changed since|Writing/);
  });

  it('plans again when a person asks, and cancels while it plans', async () => {
    await open({ state: madeUpPlan(23, 0, { state: 'stale' }) });
    await button('again').click();
    await frame.show(madeUpPlan(23, 0, { state: 'planning', measuredRows: 81_204 }));
    expect(await page.locator('.working').textContent()).toContain('81,204 rows');
    await button('cancel').click();
    await expect.poll(() => frame.acts()).toEqual([{ do: 'again' }, { do: 'cancel' }]);
  });

  it('shows the first lines of a file at Enter and at a double click, in the table and in the bars', async () => {
    await open({ state: madeUpPlan(23) });
    const grid = page.locator('.files .grid');
    await grid.focus();
    await page.keyboard.press('Enter');
    for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
    await page.locator('.files .row[data-index="4"]').dblclick();
    await page.locator('[role="slider"]').focus();
    for (const key of ['ArrowRight', 'Enter']) await page.keyboard.press(key);
    const box = await page.locator('[role="slider"]').boundingBox();
    await page.mouse.dblclick((box?.x ?? 0) + (box?.width ?? 0) - 10, (box?.y ?? 0) + 60);
    await expect.poll(() => frame.acts()).toEqual([2, 5, 6, 23].map((chunk) => ({ do: 'preview', chunk })));
    expect(await grid.getAttribute('aria-keyshortcuts')).toBe('Enter');
    const hint = await grid.getAttribute('aria-describedby');
    expect(await page.locator(`#${hint}`).textContent()).toMatch(/^Enter or a double click shows the first lines/);
  });

  it('lets what goes on be cancelled where it can be', async () => {
    const doing = { text: 'Writing batch files to /out: 3 files are written', canCancel: true };
    await open({ state: madeUpPlan(23, 0, { doing }) });
    expect(await page.locator('.working').textContent()).toContain(doing.text);
    await page.locator('.working [data-button="cancelDoing"]').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => frame.acts()).toEqual([{ do: 'cancel' }]);
    await frame.show(madeUpPlan(23, 0, { doing: { ...doing, canCancel: false } }));
    expect(await page.locator('[data-button="cancelDoing"]').count()).toBe(0);
    await frame.show(madeUpPlan(23));
    expect(await page.locator('.working').count()).toBe(0);
  });

  it('says in a sentence why planning failed, and opens the job', async () => {
    const error = {
      code: 'badJob',
      message: 'posts.tranche.json:4:3: unknown key "endpont"; did you mean "endpoint"?',
    };
    await open({ state: madeUpPlan(0, 0, { state: 'failed', planned: null, error: { ...error, code: 'badJob' } }) });
    expect(await page.locator('.bar.error').textContent()).toContain(error.message);
    await page.locator('.bar [data-button="openJob"]').click();
    await expect.poll(() => frame.acts()).toEqual([{ do: 'openJob' }]);
    expect(await page.locator('[role="status"]').textContent()).toContain('did you mean');
  });

  it('says what its host could not do, and nothing of what a person called off', async () => {
    await open({ state: madeUpPlan(5) });
    const refuse = (code: 'disk' | 'cancelled', message: string): Promise<void> =>
      page.evaluate((refusal) => void (window.trancheHost.refusal = refusal), { code, message });
    await refuse('cancelled', 'Stopped.');
    await button('writeFiles').click();
    await refuse('disk', 'The folder /data/chunks cannot be written: it is read-only. Choose another.');
    await button('writeFiles').click();
    await page.locator('[data-bar="host"]').waitFor();
    expect(await page.locator('.bar').allTextContents()).toEqual([
      '×Error: The folder /data/chunks cannot be written: it is read-only. Choose another.',
      expect.stringContaining('rows get no line'),
    ]);
    await frame.show(madeUpPlan(5));
    expect(await page.locator('[data-bar="host"]').count()).toBe(0);
  });

  it('shares the selected file between bars and table', async () => {
    await open({ state: madeUpPlan(23) });
    await page.locator('[role="slider"]').focus();
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    expect(await selectedFile()).toBe('3');
    const said = await page.locator('[role="slider"]').getAttribute('aria-valuetext');
    expect(said).toMatch(/^File 3 · [\d,]+ requests · 89\.\d MB \(99\.\d % of the cap\)/);
    await page.keyboard.press('End');
    expect(await selectedFile()).toBe('23');
    await page.locator('.files .grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('[role="slider"]').getAttribute('aria-valuenow')).toBe('2');
    const box = await page.locator('[role="slider"]').boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) - 10, (box?.y ?? 0) + 60);
    expect(await selectedFile()).toBe('23');
  });

  it('sorts by a title, turned round and then not at all, and keeps the selected file', async () => {
    await open({ state: madeUpPlan(23) });
    const first = (): Promise<string | null> => page.locator('.files .body .row .cell').first().textContent();
    await page.locator('.files .row[data-index="4"]').click();
    const title = page.locator('.files [role="columnheader"]', { hasText: 'Bytes' });
    await title.locator('button').click();
    expect(await title.getAttribute('aria-sort')).toBe('descending');
    await title.locator('button').click();
    expect(await title.getAttribute('aria-sort')).toBe('ascending');
    expect(await first()).toBe('23');
    expect(await page.locator('[role="slider"]').getAttribute('aria-valuenow')).toBe('5');
    await title.locator('button').click();
    expect(await first()).toBe('1');
  });

  it('goes from title to title with the arrow keys', async () => {
    await open({ state: madeUpPlan(5) });
    await page.locator('.files .head button').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Requests');
    await page.keyboard.press('Enter');
    expect(await page.locator('[aria-sort="descending"]').textContent()).toContain('Requests');
  });

  it('lists the rows without a line once a person asks', async () => {
    await open({ state: madeUpPlan(23, 1204) });
    expect(await page.locator('[data-bar="without"]').textContent()).toContain('1,204 rows get no line');
    await button('showRows').click();
    expect(await button('showRows').getAttribute('aria-expanded')).toBe('true');
    expect(await page.locator('[aria-label="Rows without a line"]').getAttribute('aria-rowcount')).toBe('1205');
    await page.locator('[aria-label="Rows without a line"]').focus();
    await page.keyboard.press('End');
    expect(await page.locator('[aria-label="Rows without a line"] [aria-selected="true"]').textContent()).toContain(
      '5,073,052',
    );
  });

  it('draws 10,000 files with few elements', async () => {
    await open({ state: madeUpPlan(10_000, 0) });
    expect(await page.locator('*').count()).toBeLessThan(700);
    await page.locator('.files .grid').focus();
    await page.keyboard.press('End');
    expect(await selectedFile()).toBe('10,000');
    expect(await page.locator('.files .body .row').count()).toBeLessThan(40);
  });

  it.each([1, 400, 10_000])('leaves room between the labels below %d bars', async (files) => {
    await open({ state: madeUpPlan(files, 0) });
    for (const width of [1000, 777, 480]) {
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      const [spans, right] = await page.evaluate(() => {
        const spanOf = (text: Element) => {
          const { left, right } = text.getBoundingClientRect();
          return { left, right };
        };
        const svg = document.querySelector('.chunk-bars svg');
        const axis = [...(svg?.querySelectorAll('text') ?? [])].filter((text) =>
          /^[\d,]+$/.test(text.textContent ?? ''),
        );
        return [axis.map(spanOf), svg?.getBoundingClientRect().right ?? 0] as const;
      });
      spans.sort((one, other) => one.left - other.left);
      expect(spans.length).toBeGreaterThan(0);
      expect(spans.at(-1)?.right).toBeLessThanOrEqual(right + 1);
      spans.slice(1).forEach(({ left }, index) => expect(left - (spans[index]?.right ?? 0)).toBeGreaterThan(3));
    }
  });

  it('comes back after a reload as it was left, with what its host needs to restore it', async () => {
    await open({ state: madeUpPlan(200, 12) });
    await page.locator('.files .grid').focus();
    await page.keyboard.press('End');
    await page.locator('.files [role="columnheader"]', { hasText: 'Tokens' }).locator('button').click();
    await page.locator('summary').click();
    await button('showRows').click();
    await page.evaluate(() => window.scrollTo({ top: 200 }));
    await expect.poll(async () => JSON.stringify(await frame.kept())).toMatch(/"topPx":5\d{3}.*"pageTopPx":200/);
    const before = JSON.stringify(await frame.kept());
    expect(before).toContain('"uri":"file:///data/posts.csv"');
    await frame.reload();
    expect(await page.locator('[role="slider"]').getAttribute('aria-valuenow')).toBe('200');
    expect(await page.locator('[aria-sort="descending"]').textContent()).toContain('Tokens');
    expect(await page.locator('details').getAttribute('open')).toBe('');
    expect(await page.locator('[aria-label="Rows without a line"]').count()).toBe(1);
    expect(await page.evaluate(() => window.scrollY)).toBe(200);
    expect(JSON.stringify(await frame.kept())).toBe(before);
  });

  it('takes anything that was kept by another version', async () => {
    const view = { sort: 7, selected: { a: 1 }, topPx: 'far', showsRows: 'yes', pageTopPx: -3 };
    await open({ state: madeUpPlan(5), kept: { view } });
    expect(await page.locator('.files .body .row').count()).toBe(5);
    expect(await frame.complaints()).toEqual([]);
  });
});
