import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineStates, type EngineStates } from './support/engineStates.ts';
import { facesOf, framed } from './support/faces.ts';
import { openBrowser, openFrame, THEMES } from './support/pageFrame.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let sample: EngineStates;

beforeAll(async () => {
  [browser, sample] = await Promise.all([openBrowser(), engineStates()]);
});
afterAll(() => browser?.close());

interface AxeWindow {
  readonly axe: { readonly run: (root: Document, options: RunOptions) => Promise<AxeResults> };
}

/** What axe finds serious or critical, one line a place; colours alone where the rest was looked at. */
async function findings(page: Page, only: 'all' | 'colours'): Promise<string[]> {
  const options: RunOptions = only === 'all' ? {} : { runOnly: { type: 'rule', values: ['color-contrast'] } };
  const { violations } = await page.evaluate(
    (asked) => (window as unknown as AxeWindow).axe.run(document, asked),
    options,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`));
}

describe('axe finds nothing serious or critical', () => {
  it.each(facesOf(() => sample))('%s', async (_, face) => {
    const frame = await openFrame(browser, framed(face()));
    await frame.page.evaluate(AXE);
    for (const theme of THEMES) {
      await frame.setTheme(theme);
      expect(await findings(frame.page, theme === 'dark' ? 'all' : 'colours'), theme).toEqual([]);
    }
    await frame.close();
  });
});
