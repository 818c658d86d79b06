import { cp, mkdtemp, rm, mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM_ARGS } from '../../host/chromiumArgs.mjs';
import { findChromium } from '../../host/findChromium.mjs';
import { startServer, type Server } from '../../host/startServer.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const VSIX = path.join(root, 'dist/tranche.vsix');

export interface EditorOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly askTrust?: boolean;
  readonly width?: number;
  readonly height?: number;
}

/** A VS Code with the packaged extension, a workspace that holds the sample, and a state folder of its own. */
export interface Editor {
  readonly page: () => Page;
  readonly workspace: string;
  /** `TRANCHE_HOME` of the extension and its engine. */
  readonly home: string;
  /** Opens the window again; after `killWindow` with a new server over the same data. */
  readonly reopen: () => Promise<void>;
  /** SIGKILL for the server, its extension host and the engine; the page goes, too. */
  readonly killWindow: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function openPage(browser: Browser, url: string, size: { width: number; height: number }): Promise<Page> {
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.goto(url);
  await page.locator('.monaco-workbench .activitybar').waitFor();
  return page;
}

/** Opens it with the sample in its workspace. */
export async function openEditor(options: EditorOptions = {}): Promise<Editor> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('There is no Chromium: install it, or set CHROMIUM_PATH.');
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), 'tranche-ui-')));
  const [workspace, home] = [path.join(folder, 'workspace'), path.join(folder, 'home')];
  await mkdir(home);
  await cp(path.join(root, 'media/sample'), workspace, { recursive: true });
  const size = { width: options.width ?? 1280, height: options.height ?? 800 };
  const start = (vsix: string[], port: number): Promise<Server> =>
    startServer({
      folder: path.join(folder, 'code'),
      vsix,
      port,
      settings: { 'workbench.colorTheme': 'Dark Modern', ...options.settings },
      env: { ...options.env, TRANCHE_HOME: home, OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined },
      askTrust: options.askTrust ?? false,
    });
  let server = await start([VSIX], 0);
  let alive = true;
  const port = Number(new URL(server.address).port);
  const browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_ARGS });
  let page = await openPage(browser, server.url(workspace), size);
  return {
    page: () => page,
    workspace,
    home,
    reopen: async () => {
      if (alive) await page.context().close();
      else server = await start([], port);
      alive = true;
      page = await openPage(browser, server.url(workspace), size);
    },
    killWindow: async () => {
      alive = false;
      await server.kill();
      await page.context().close();
    },
    close: async () => {
      await browser.close();
      if (alive) await server.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
