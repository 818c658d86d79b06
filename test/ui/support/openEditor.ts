import { cp, mkdtemp, rm, mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
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

async function openPage(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('dialog', (dialog) => void dialog.accept()); // the browser asks whether to leave
  await page.goto(url);
  await page.locator('.activitybar .action-label[aria-label^="Tranche"]').waitFor(); // what the extension contributes is there
  return page;
}

/** The window has its say before it goes. */
async function closeAsPerson(page: Page): Promise<void> {
  const closed = page.waitForEvent('close');
  await page.close({ runBeforeUnload: true });
  await closed;
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
      settings: { 'workbench.colorTheme': 'Default Dark Modern', ...options.settings },
      env: { ...options.env, TRANCHE_HOME: home, OPENAI_API_KEY: undefined, OPENAI_BASE_URL: undefined },
      askTrust: options.askTrust ?? false,
    });
  let server = await start([VSIX], 0);
  let alive = true;
  const port = Number(new URL(server.address).port);
  const browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_ARGS });
  const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' }); // keeps what a window remembers
  let page = await openPage(context, server.url(workspace));
  return {
    page: () => page,
    workspace,
    home,
    reopen: async () => {
      if (alive) await closeAsPerson(page);
      else server = await start([], port);
      alive = true;
      page = await openPage(context, server.url(workspace));
    },
    killWindow: async () => {
      alive = false;
      await server.kill();
      await page.close();
    },
    close: async () => {
      await browser.close();
      if (alive) await server.stop();
      if (process.env['TRANCHE_KEEP'] !== undefined) process.stderr.write(`Kept: ${folder}\n`);
      else await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
