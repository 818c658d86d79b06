import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { exactly, unknownFigure } from '../../src/core/model/figure.ts';
import type { Footprint } from '../../src/core/profile/footprint.ts';
import type { FootprintPageState } from '../../src/protocol/pageProtocol.ts';
import { engineStates, type EngineStates } from './support/engineStates.ts';
import { lakeFootprint, madeUpPlan, unknownFootprint, wideFootprint } from './support/madeUpStates.ts';
import { openBrowser, openFrame, THEMES, type FrameOptions, type PageFrame } from './support/pageFrame.ts';

let browser: Browser;
let frame: PageFrame;
let page: Page;
let sample: EngineStates;

beforeAll(async () => {
  [browser, sample] = await Promise.all([openBrowser(), engineStates()]);
});
afterAll(() => browser?.close());
afterEach(() => frame?.close());

async function open(options: FrameOptions): Promise<void> {
  frame = await openFrame(browser, options);
  ({ page } = frame);
}

/** The state with so many bytes read: what changes from one snapshot to the next. */
function read(state: FootprintPageState, bytes: number): FootprintPageState {
  if (state.snapshot === null) return state;
  const { footprint } = state.snapshot;
  const doing = { what: 'columns', done: bytes, total: 4_000_000 } as const;
  return { ...state, state: 'reading', snapshot: { footprint: { ...footprint, read: { bytes, seconds: 1 } }, doing } };
}

/** The state with some figures of its own. */
function weighed(state: FootprintPageState, more: Partial<Footprint>): FootprintPageState {
  if (state.snapshot === null) return state;
  return { ...state, snapshot: { ...state.snapshot, footprint: { ...state.snapshot.footprint, ...more } } };
}

/** Counts what changes in the page from now on. */
async function watchChanges(): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counted = { changes: 0 };
    Object.assign(window, { counted });
    new MutationObserver((records) => (counted.changes += records.length)).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  });
  return () =>
    page.evaluate(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return (window as unknown as { counted: { changes: number } }).counted.changes;
    });
}

describe('a page that is told of its reading four times a second', () => {
  it('changes nothing for a state that says the same', async () => {
    await open({ state: lakeFootprint() });
    const changes = await watchChanges();
    await frame.show(lakeFootprint());
    expect(await changes()).toBe(0);
  });

  it('changes what differs and nothing else', async () => {
    const state = lakeFootprint({ state: 'reading' });
    await open({ state: read(state, 1_000_000) });
    const changes = await watchChanges();
    await frame.show(read(state, 1_200_000));
    expect(await page.locator('.header').textContent()).toContain('1.20 MB');
    expect(await changes()).toBeLessThan(8);
  });

  it('keeps focus, places and selected text', async () => {
    const state = wideFootprint();
    await open({ state: read(state, 1_000_000), height: 500 });
    await page.locator('.columns .grid').focus();
    for (let step = 0; step < 60; step++) await page.keyboard.press('ArrowDown');
    await page.evaluate(() => {
      window.scrollTo({ top: 120 });
      const value = document.querySelector('.total .value');
      if (value !== null) document.getSelection()?.selectAllChildren(value);
    });
    const place = (): Promise<unknown> =>
      page.evaluate(() => [
        document.activeElement?.className,
        document.querySelector('.columns .grid')?.scrollTop,
        window.scrollY,
        document.querySelector('[aria-selected="true"] .name')?.textContent,
        document.getSelection()?.toString(),
      ]);
    const before = await place();
    for (let step = 1; step <= 5; step++) await frame.show(read(state, 1_000_000 + 200_000 * step));
    expect(await place()).toEqual(before);
    expect(before).toContain('field_059');
  });

  it('keeps the focus on Cancel, which works', async () => {
    const state = lakeFootprint({ state: 'reading' });
    await open({ state: read(state, 1_000_000) });
    await page.locator('[data-button="cancel"]').focus();
    await frame.show(read(state, 2_000_000));
    await page.keyboard.press('Enter');
    await expect.poll(() => frame.acts()).toEqual([{ do: 'cancel' }]);
  });

  it('hands the focus of a button that went away to the next one', async () => {
    const state = lakeFootprint({ state: 'reading' });
    await open({ state: read(state, 1_000_000) });
    await page.locator('[data-button="cancel"]').focus();
    await frame.show(lakeFootprint());
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-button'))).toBe('exact');
    await page.locator('.grid').focus();
    await frame.show(read(state, 1_000_000));
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('grid');
  });

  it('asks for the newest state when one was lost, and passes over an older one', async () => {
    await open({ state: lakeFootprint() });
    await frame.lose(2);
    await frame.show(lakeFootprint({ state: 'changed' }));
    await expect.poll(() => page.evaluate(() => window.trancheHost.asked)).toBe(2);
    expect(await page.locator('[data-bar="changed"]').count()).toBe(1);
    await page.evaluate((state) => {
      window.postMessage({ jsonrpc: '2.0', method: 'state', params: { seq: 1, state } }, '*');
      return new Promise((resolve) => setTimeout(resolve, 50));
    }, lakeFootprint());
    expect(await page.locator('[data-bar="changed"]').count()).toBe(1);
  });

  it('tells a screen reader at most every five seconds, and at once when it is over', async () => {
    const state = lakeFootprint({ state: 'reading' });
    await open({ state: read(state, 1_000_000) });
    const said = (): Promise<string | null> => page.locator('[role="status"]').textContent();
    expect(await said()).toBe('Reading the dataset.');
    await frame.show(read(state, 1_200_000));
    expect(await said()).toBe('Reading the dataset.');
    await frame.show(lakeFootprint());
    expect(await said()).toBe('The footprint is ready.');
  });

  it('tells a screen reader at once that something begins beside a plan', async () => {
    await open({ state: madeUpPlan(23) });
    const doing = { text: 'Writing batch files to /out…', canCancel: true };
    await frame.show(madeUpPlan(23, 3, { doing }));
    expect(await page.locator('[role="status"]').textContent()).toBe(doing.text);
    await frame.show(
      madeUpPlan(23, 3, { doing: { ...doing, text: 'Writing batch files to /out: 1 file is written' } }),
    );
    expect(await page.locator('[role="status"]').textContent()).toBe(doing.text);
  });

  it('tells a screen reader what its host could not do, until a person asks again', async () => {
    await open({ state: lakeFootprint() });
    const refusal = { code: 'disk', message: 'The folder /data cannot be written.' } as const;
    await page.evaluate((given) => void (window.trancheHost.refusal = given), refusal);
    await page.locator('[data-button="planJob"]').click();
    await expect.poll(() => page.locator('[role="status"]').textContent()).toBe(refusal.message);
    await page.evaluate(() => void (window.trancheHost.refusal = null));
    await page.locator('[data-button="planJob"]').click();
    expect(await page.locator('[data-bar="host"]').count()).toBe(0);
  });

  it('shows every snapshot of a real reading without a complaint', async () => {
    await open({ state: { ...sample.footprint, state: 'reading', snapshot: null } });
    expect(await page.locator('.working').textContent()).toContain('Reading');
    for (const snapshot of sample.reading) await frame.show({ ...sample.footprint, state: 'reading', snapshot });
    await frame.show(sample.footprint);
    expect(await page.locator('.total').first().textContent()).toMatch(/On disk269 kB●exact/);
    expect(await page.locator('.working').count()).toBe(0);
    expect(await frame.complaints()).toEqual([]);
  });
});

describe('the footprint page', () => {
  it('says of each total how it is known', async () => {
    await open({ state: lakeFootprint() });
    const totals = await page.locator('.total').allTextContents();
    expect(totals).toEqual([
      'On disk2.60 GB●exact',
      'In memory, Arrow~ 5.90 GB○±1.8 %\u00a0· sample',
      'In pandas~ 11.2 GB○±6.0 %\u00a0· sample',
      'In a Spark cache~ 5.40 GB○310 MB to 5.60 GB\u00a0· sample',
      'As batch lines~ 3.30 GB○±4.0 %\u00a0· sample',
      'Tokens~ 212 M○±3.0 %\u00a0· sample',
      'Greatest cost$27.90○prices as of 2 Nov 2026',
    ]);
    const tooltips = await page
      .locator('.total')
      .evaluateAll((all) => all.map((one) => one.getAttribute('title') ?? ''));
    expect(tooltips).toEqual([
      '2.60 GB, exact',
      expect.stringContaining('unpadded buffers'),
      expect.stringContaining('memory_usage'),
      expect.stringContaining('columnar cache'),
      expect.stringContaining("those of the job's requests"),
      expect.stringContaining("those of the job's requests"),
      expect.stringContaining('estimated between'),
    ]);
  });

  it('says that a figure is unknown rather than a number', async () => {
    await open({ state: unknownFootprint() });
    expect(await page.locator('.total').nth(5).textContent()).toBe('Tokens––not known before reading');
    expect(await page.locator('[role="progressbar"]').getAttribute('aria-valuenow')).toBe('38');
  });

  it('claims nothing of rows before they are read', async () => {
    await open({ state: unknownFootprint() });
    expect(await page.locator('.line').textContent()).toBe(
      '/lake/posts · CSV, 1 file · rows not known yet · weighed for posts',
    );
    expect(await page.locator('.pair').textContent()).toBe(
      'Row sizeKnown once rows are read.Largest rowsKnown once rows are read.',
    );
  });

  it('calls what all columns weigh as text no batch lines, for there is no request yet', async () => {
    await open({ state: sample.footprint });
    const title = page.locator('.total dt').nth(4);
    expect(await title.textContent()).toBe('As text');
    expect(await page.locator('[role="columnheader"]').allTextContents()).toContain('As text');
    await frame.show(sample.forJob);
    expect(await title.textContent()).toBe('As batch lines');
    expect(await page.locator('[role="columnheader"]').allTextContents()).toContain('As lines');
  });

  it('leaves it to the warning why a cost is not known', async () => {
    const warning =
      'What "image_url" in the body costs cannot be told from its texts, so the greatest cost is not known.';
    await open({ state: weighed(lakeFootprint(), { cost: unknownFigure(), warnings: [warning] }) });
    expect(await page.locator('.total').last().textContent()).toBe('Greatest cost––not known: the warning says why');
    expect(await page.locator('[data-bar="warnings"]').textContent()).toContain(warning);
  });

  it('shows a shadow where columns of a table are out of sight', async () => {
    await open({ state: lakeFootprint(), width: 420 });
    const shadow = (): Promise<number> =>
      page.evaluate(async () => {
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        const framed = document.querySelector('.columns .framed');
        return framed === null ? NaN : Number(getComputedStyle(framed, '::after').opacity);
      });
    expect(await shadow()).toBeGreaterThan(0.5);
    await page.locator('.columns .grid').evaluate((grid) => grid.scrollTo({ left: grid.scrollWidth }));
    expect(await shadow()).toBe(0);
    await page.setViewportSize({ width: 1200, height: 800 });
    expect(await shadow()).toBe(0);
  });

  it('counts one row as one', async () => {
    await open({ state: weighed(lakeFootprint(), { rows: exactly(1) }) });
    expect(await page.locator('.line').textContent()).toContain(' · 1 row · ');
  });

  it.each(THEMES)('draws what is done of a reading unlike what is not, in %s', async (theme) => {
    await open({ state: unknownFootprint(), theme });
    const colours = await page.evaluate(() =>
      ['.progress', '.progress .done'].map((part) => {
        const element = document.querySelector(part);
        return element === null ? '' : getComputedStyle(element).backgroundColor;
      }),
    );
    expect(new Set(colours).size).toBe(2);
  });

  it('asks its host for what its buttons say', async () => {
    await open({ state: lakeFootprint() });
    for (const key of ['exact', 'planJob']) await page.locator(`[data-button="${key}"]`).click();
    await frame.show(lakeFootprint({ state: 'changed' }));
    await page.locator('[data-button="again"]').click();
    const error = { code: 'internal', message: 'The engine has ended.' } as const;
    await frame.show(lakeFootprint({ state: 'failed', error }));
    await page.locator('[data-button="showLog"]').click();
    await expect
      .poll(() => frame.acts())
      .toEqual([{ do: 'exact' }, { do: 'planJob' }, { do: 'again' }, { do: 'showLog' }]);
  });

  it('keeps what is known when a reading is cancelled', async () => {
    await open({ state: lakeFootprint({ state: 'cancelled' }) });
    expect(await page.locator('[data-bar="cancelled"]').textContent()).toContain('What was known by then is shown');
    expect(await page.locator('.total').count()).toBe(7);
  });

  it('follows the theme at once, also from one dark theme to another', async () => {
    await open({ state: lakeFootprint() });
    const colour = (): Promise<string> =>
      page.evaluate(() => {
        const button = document.querySelector('[data-button="planJob"]');
        return button === null ? '' : getComputedStyle(button).backgroundColor;
      });
    expect(await colour()).toBe('rgb(0, 120, 212)');
    await page.evaluate(() => document.documentElement.style.setProperty('--vscode-button-background', '#112233'));
    expect(await colour()).toBe('rgb(17, 34, 51)');
  });
});
