#!/usr/bin/env node
// Stands in for the desktop program `code` where that cannot be downloaded: takes the arguments of
// @vscode/test-electron's runTests(), runs the same tests in the extension host of the VS Code server, and exits with their code.
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS } from './chromiumArgs.mjs';
import { findChromium } from './findChromium.mjs';
import { startServer } from './startServer.mjs';

const LIMIT_MS = Number(process.env.TRANCHE_HOST_TEST_LIMIT_MS ?? 300_000);
const args = process.argv.slice(2);
/** @param {string} name */
const valuesOf = (name) => args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));
const folder = args.find((arg) => !arg.startsWith('-'));
const [testsPath] = valuesOf('extensionTestsPath');
const extensions = valuesOf('extensionDevelopmentPath');
const executablePath = findChromium();
/** VS Code's own words, of which there are many, can go to a file. */
const log = process.env.TRANCHE_HOST_LOG;
/** @param {string} text */
const write = (text) => (log === undefined ? void process.stdout.write(text) : appendFileSync(log, text));

if (folder === undefined || testsPath === undefined || extensions.length === 0 || executablePath === null) {
  console.error('code.mjs runs tests of an extension in a folder, with Chromium; one of these is missing.');
  process.exit(2);
}

const server = await startServer({ testDriver: true });
/** @type {import('playwright-core').Browser | undefined} */
let browser;
const stop = async () => {
  await browser?.close().catch(() => undefined);
  await server.stop();
};
const quit = () => void stop().finally(() => process.exit(130));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, quit);
for (const stream of [process.stdout, process.stderr]) stream.on('error', quit); // whoever started this is gone
const parent = process.ppid;
setInterval(() => process.ppid !== parent && quit(), 500).unref(); // runTests() forwards SIGINT only

/**
 * The workbench calls these two when its tests print and end.
 * @param {import('playwright-core').Page} page
 */
async function listenForExit(page) {
  /** @type {(code: number) => void} */
  let ended = () => undefined;
  /** @type {Promise<number>} */
  const exited = new Promise((resolve, reject) => {
    ended = resolve;
    const late = new Error(`The tests gave no result in ${LIMIT_MS / 1000} s.`);
    setTimeout(() => reject(late), LIMIT_MS).unref();
    page.on('crash', () => reject(new Error('The page of VS Code crashed.')));
  });
  exited.catch(() => undefined); // it is awaited after the page is open
  await page.exposeFunction('codeAutomationExit', (/** @type {number} */ code) => ended(code));
  await page.exposeFunction('codeAutomationLog', (/** @type {string} */ _type, /** @type {unknown[]} */ parts) => {
    write(`${format(...parts)}\n`);
  });
  return { exited };
}

let code = 1;
try {
  browser = await chromium.launch({ executablePath, headless: true, args: CHROMIUM_ARGS });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const { exited } = await listenForExit(page);
  /** @type {[string, string][]} */
  const payload = extensions.map((extension) => ['extensionDevelopmentPath', server.remote(extension)]);
  payload.push(['skipWelcome', 'true'], ['extensionTestsPath', server.remote(path.resolve(testsPath))]);
  const [, ended] = await Promise.all([page.goto(server.url(folder, payload)), exited]);
  code = ended;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(server.output().slice(-4000));
} finally {
  await stop();
}
process.exit(code);
