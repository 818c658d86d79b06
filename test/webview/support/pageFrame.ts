import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { pageHtml } from '../../../src/extension/pages/pageHtml.ts';
import type { WireError } from '../../../src/protocol/engineProtocol.ts';
import type { PageAction, PageState } from '../../../src/protocol/pageProtocol.ts';
import { CHROMIUM_ARGS } from '../../host/chromiumArgs.mjs';
import { findChromium } from '../../host/findChromium.mjs';
import themes from './themes.json' with { type: 'json' };

export type ThemeName = keyof typeof themes;
export const THEMES = ['dark', 'light', 'hcDark', 'hcLight'] as const satisfies readonly ThemeName[];

const ORIGIN = 'https://page.test';
const KINDS = {
  dark: 'vscode-dark',
  light: 'vscode-light',
  hcDark: 'vscode-high-contrast',
  hcLight: 'vscode-high-contrast-light',
} as const satisfies Record<ThemeName, string>;
/** What the editor puts before any page of its own. */
const EDITOR_STYLES = `@layer vscode-default {
  body { margin: 0; padding: 0 20px; overscroll-behavior-x: none; background-color: transparent;
    color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family);
    font-weight: var(--vscode-font-weight); font-size: var(--vscode-font-size); }
}`;

/** Starts Chromium, or fails with one sentence. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) {
    throw new Error('Chromium is not installed: the pages cannot be tested. Install it, or name it in CHROMIUM_PATH.');
  }
  return chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
}

export interface FrameOptions {
  readonly state: PageState;
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** What the page kept before. */
  readonly kept?: object;
}

/** A page as the editor would show it, with this test as its host. */
export interface PageFrame {
  readonly page: Page;
  readonly show: (state: PageState) => Promise<void>;
  /** Takes a number of states away, so that the page meets a gap. */
  readonly lose: (count: number) => Promise<void>;
  readonly acts: () => Promise<readonly PageAction[]>;
  readonly kept: () => Promise<unknown>;
  readonly setTheme: (theme: ThemeName) => Promise<void>;
  readonly reload: () => Promise<void>;
  /** What the page's policy refused, one known harmless refusal apart, and errors of its script. */
  readonly complaints: () => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

interface FakeHost {
  seq: number;
  state: PageState;
  readonly acts: PageAction[];
  asked: number;
  /** How the next act is refused; null: it is done. */
  refusal: WireError | null;
  readonly refused: string[];
}

declare global {
  interface Window {
    trancheHost: FakeHost;
  }
}

interface Setup {
  readonly state: PageState;
  readonly kept: object | null;
}

/** Runs in the page before its script: stands in for the editor. */
function standIn({ state, kept }: Setup): void {
  const host: FakeHost = { seq: 0, state, acts: [], asked: 0, refusal: null, refused: [] };
  window.trancheHost = host;
  addEventListener('securitypolicyviolation', (event) => {
    host.refused.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
  });
  if (kept !== null && sessionStorage.getItem('kept') === null) sessionStorage.setItem('kept', JSON.stringify(kept));
  const answer = (id: number, result: unknown): void => window.postMessage({ jsonrpc: '2.0', id, result }, '*');
  const hear = ({ id, method, params }: { id: number; method: string; params: PageAction }): void => {
    if (method === 'ready') {
      host.asked += 1;
      answer(id, { seq: host.seq, state: host.state });
    }
    if (method === 'act') {
      host.acts.push(params);
      if (host.refusal === null) return answer(id, null);
      const error = { code: 1, message: host.refusal.message, data: host.refusal };
      window.postMessage({ jsonrpc: '2.0', id, error }, '*');
    }
  };
  Object.assign(window, {
    acquireVsCodeApi: () => ({
      postMessage: (message: unknown) => setTimeout(() => hear(structuredClone(message) as never), 0),
      getState: () => JSON.parse(sessionStorage.getItem('kept') ?? 'null') as unknown,
      setState: (value: unknown) => sessionStorage.setItem('kept', JSON.stringify(value)),
    }),
  });
}

function applyTheme([theme, kind, old]: [string, string, string[]]): void {
  document.documentElement.dataset['theme'] = theme;
  document.body.classList.remove(...old);
  document.body.classList.add(kind);
  document.body.dataset['vscodeThemeKind'] = kind;
}

const FONT = {
  '--vscode-font-family': '"DejaVu Sans", system-ui, sans-serif',
  '--vscode-font-size': '13px',
  '--vscode-font-weight': 'normal',
};

function shellOf(name: PageState['page'], theme: ThemeName): string {
  const html = pageHtml({
    title: 'Page',
    cspSource: ORIGIN,
    nonce: 'bm9uY2U',
    scriptUri: `${ORIGIN}/${name}.js`,
    styleUri: `${ORIGIN}/page.css`,
    restore: { uri: 'file:///data/posts.csv' },
  });
  // The editor's own styles and theme come with rights of their own: as a sheet of the same origin.
  return html
    .replace('<link ', `<link rel="stylesheet" href="${ORIGIN}/editor.css" />\n    <link `)
    .replace('<html ', `<html data-theme="${theme}" `)
    .replace('<body>', `<body class="${KINDS[theme]}" data-vscode-theme-kind="${KINDS[theme]}">`);
}

/** Every theme's variables as the editor gives them: what a theme leaves out is not there. */
function themeSheet(): string {
  return THEMES.map((theme) => {
    const variables = Object.entries({ ...themes[theme], ...FONT }).map(([name, value]) => `${name}: ${value};`);
    return `html[data-theme="${theme}"] { ${variables.join(' ')} }`;
  }).join('\n');
}

/** The toolkit tries `:focus-visible` in a style element, once; that it may not is harmless. */
const FOCUS_PROBE = 'style-src-elem inline ';

const built = (name: string): string => readFileSync(new URL(`../../../dist/webview/${name}`, import.meta.url), 'utf8');

/** Opens a page of the built extension in a state. */
export async function openFrame(browser: Browser, options: FrameOptions): Promise<PageFrame> {
  const { state, theme = 'dark', width = 1080, height = 800, kept = null } = options;
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.route(`${ORIGIN}/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === '') return route.fulfill({ contentType: 'text/html', body: shellOf(state.page, theme) });
    const isScript = name.endsWith('.js');
    const body = name === 'editor.css' ? `${EDITOR_STYLES}\n${themeSheet()}` : built(name);
    return route.fulfill({ contentType: isScript ? 'text/javascript' : 'text/css', body });
  });
  await page.addInitScript(standIn, { state, kept });
  await page.goto(`${ORIGIN}/`);
  await page.waitForSelector('.header');
  return {
    page,
    show: async (next) => {
      await page.evaluate((sent) => {
        const host = window.trancheHost;
        host.state = sent;
        host.seq += 1;
        window.postMessage({ jsonrpc: '2.0', method: 'state', params: { seq: host.seq, state: sent } }, '*');
        return new Promise((resolve) => setTimeout(resolve, 30));
      }, next);
    },
    lose: (count) => page.evaluate((lost) => void (window.trancheHost.seq += lost), count),
    acts: () => page.evaluate(() => window.trancheHost.acts),
    kept: () => page.evaluate((): unknown => JSON.parse(sessionStorage.getItem('kept') ?? 'null')),
    setTheme: (next) =>
      page.evaluate(applyTheme, [next, KINDS[next], Object.values(KINDS)] as [string, string, string[]]),
    reload: async () => {
      await page.reload();
      await page.waitForSelector('.header');
    },
    complaints: async () => {
      const refused = await page.evaluate(() => window.trancheHost.refused);
      const at = refused.indexOf(FOCUS_PROBE);
      return [...errors, ...refused.filter((_, index) => index !== at)];
    },
    close: () => context.close(),
  };
}
