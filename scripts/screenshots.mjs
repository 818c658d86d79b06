// `node scripts/screenshots.mjs`: draws the icon and takes the README's pictures, those from a test run in a real VS Code.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findChromium } from '../test/host/findChromium.mjs';
import { setUpChromium } from '../test/host/setUpChromium.mjs';
import { setUpHost } from '../test/host/setUpHost.mjs';
import { installPackages, root } from './install.mjs';

const ICON_PIXELS = 256;
/** Pictures of the README, each with the screen of test/ui/screens.test.ts it is. */
const PICTURES = { 'footprint.png': 'footprint-vscode-dark-1440.png', 'run.png': 'running.png' };

async function drawIcon() {
  const { chromium } = await import('playwright-core');
  const { CHROMIUM_ARGS } = await import('../test/host/chromiumArgs.mjs');
  const browser = await chromium.launch({ executablePath: findChromium() ?? undefined, args: CHROMIUM_ARGS });
  const page = await browser.newPage({ viewport: { width: ICON_PIXELS, height: ICON_PIXELS } });
  const drawing = readFileSync(path.join(root, 'media/icon.svg'), 'utf8');
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${drawing}`);
  await page.screenshot({ path: path.join(root, 'media/icon.png'), omitBackground: true });
  await browser.close();
}

function takePictures() {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/ui/vitest.config.mjs', 'screens'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The screens could not be shown; see above.');
  const folder = path.join(root, 'media/readme');
  mkdirSync(folder, { recursive: true });
  for (const [name, screen] of Object.entries(PICTURES)) {
    copyFileSync(path.join(root, 'build/screens', screen), path.join(folder, name));
  }
}

try {
  installPackages();
  setUpHost();
  setUpChromium();
  await drawIcon();
  takePictures();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
