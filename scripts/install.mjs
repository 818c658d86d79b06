// Installs the project's packages when they are missing or the lock file changed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** `npm ci` unless the packages of this very lock file are there. Throws one sentence when it fails. */
export function installPackages() {
  const hash = createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex');
  const stamp = `${root}node_modules/.tranche-lock`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20) throw new Error(`Tranche needs Node 20 or newer; this is ${process.version}.`);
  console.error('Installing packages (npm ci) ...');
  try {
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    execFileSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch {
    throw new Error('npm ci failed: the packages could not be installed; see above.');
  }
  writeFileSync(stamp, hash);
}
