// On Debian as root Chromium and one font come from apt; elsewhere a person installs a browser.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findChromium } from './findChromium.mjs';

/** Throws one sentence where there is no Chromium and none can be installed. */
export function setUpChromium() {
  if (findChromium() !== null) return;
  const named = process.env.CHROMIUM_PATH;
  if (named !== undefined && named !== '') throw new Error(`CHROMIUM_PATH names ${named}, which is not there.`);
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) {
    throw new Error('There is no Chromium: install it, or set CHROMIUM_PATH to a Chromium or Chrome.');
  }
  console.error('Installing Chromium (apt-get) ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  /** @type {import('node:child_process').ExecFileSyncOptions} */
  const options = { env, stdio: ['ignore', 'ignore', 'inherit'] };
  try {
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'],
      options,
    );
  } catch {
    throw new Error('Chromium could not be installed with apt-get; see above.');
  }
}
