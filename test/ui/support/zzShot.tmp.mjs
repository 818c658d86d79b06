// test/ui/support/openEditor.ts
import { cp, mkdtemp, rm, mkdir, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { CHROMIUM_ARGS } from "../../host/chromiumArgs.mjs";
import { findChromium } from "../../host/findChromium.mjs";
import { startServer } from "../../host/startServer.mjs";
var root = fileURLToPath(new URL("../../../", import.meta.url));
var VSIX = path.join(root, "dist/tranche.vsix");
async function openPage(context, url) {
  const page = await context.newPage();
  page.setDefaultTimeout(3e4);
  page.on("dialog", (dialog) => void dialog.accept());
  await page.goto(url);
  await page.locator('.activitybar .action-label[aria-label^="Tranche"]').waitFor();
  return page;
}
async function closeAsPerson(page) {
  const closed = page.waitForEvent("close");
  await page.close({ runBeforeUnload: true });
  await closed;
}
async function openEditor(options = {}) {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error("There is no Chromium: install it, or set CHROMIUM_PATH.");
  const folder = await realpath(await mkdtemp(path.join(tmpdir(), "tranche-ui-")));
  const [workspace, home] = [path.join(folder, "workspace"), path.join(folder, "home")];
  await mkdir(home);
  await cp(path.join(root, "media/sample"), workspace, { recursive: true });
  const size = { width: options.width ?? 1280, height: options.height ?? 800 };
  const start = (vsix, port2) => startServer({
    folder: path.join(folder, "code"),
    vsix,
    port: port2,
    settings: { "workbench.colorTheme": "Dark Modern", ...options.settings },
    env: { ...options.env, TRANCHE_HOME: home, OPENAI_API_KEY: void 0, OPENAI_BASE_URL: void 0 },
    askTrust: options.askTrust ?? false
  });
  let server = await start([VSIX], 0);
  let alive = true;
  const port = Number(new URL(server.address).port);
  const browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_ARGS });
  const context = await browser.newContext({ viewport: size, reducedMotion: "reduce" });
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
      if (process.env["TRANCHE_KEEP"] !== void 0) process.stderr.write(`Kept: ${folder}
`);
      else await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  };
}

// test/ui/support/workbench.ts
function treeRow(page, name) {
  return page.getByRole("treeitem", { name }).first();
}
async function runCommand(page, title) {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input");
  await input.waitFor();
  await input.fill(`>${title}`);
  await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: title }).waitFor();
  await page.keyboard.press("Enter");
}

// test/ui/support/zzShot.tmp.ts
var pageButton = (page, key) => page.frameLocator("iframe.webview.ready:visible").frameLocator("#active-frame").locator(`[data-button="${key}"]`);
var editor = await openEditor();
try {
  const page = editor.page();
  const shot = (n) => page.screenshot({ path: `/tmp/ext-shots/${n}.png` });
  await page.waitForTimeout(1500);
  await treeRow(page, "posts.tranche.json").dblclick();
  await page.waitForTimeout(3e3);
  await shot("b1-job");
  await runCommand(page, "Tranche: Plan Batch Job");
  await pageButton(page, "rehearse").waitFor();
  await page.waitForTimeout(2500);
  await pageButton(page, "rehearse").click();
  await page.waitForTimeout(2500);
  await shot("b2-run");
  await page.waitForTimeout(1500);
  await treeRow(page, /Chunk 1/).click();
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(7e3);
  await shot("b3-end");
  await page.getByRole("button", { name: "Show Failures" }).first().click();
  await page.waitForTimeout(2e3);
  await shot("b4-failures");
  await runCommand(page, "Tranche: Run Batch Job");
  await page.waitForTimeout(1500);
  await shot("b5-pick");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(3e3);
  await shot("b6-confirm");
} finally {
  await editor.close();
}
