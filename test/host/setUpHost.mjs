// Installs the VS Code server and its Node, exactly as locked. No compiler is needed and no package's script runs.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const stamp = path.join(folder, 'node_modules/.tranche-lock');

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function npmCi(cwd, args) {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync(npm, ['ci', ...quiet, ...args], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Does nothing when this very lock file is installed. Throws one sentence when it cannot be. */
export function setUpHost() {
  const lock = readFileSync(path.join(folder, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing the VS Code that the tests run in (npm ci in test/host) ...');
  try {
    npmCi(folder, []);
    // VS Code's own lock file lacks a peer, which npm ci would refuse without --legacy-peer-deps.
    npmCi(path.join(folder, 'node_modules/code-server/lib/vscode'), ['--omit=dev', '--legacy-peer-deps']);
  } catch {
    throw new Error('The VS Code of test/host could not be installed; see above.');
  }
  writeFileSync(stamp, lock);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUpHost();
