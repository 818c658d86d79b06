// Installs the VS Code server and its Node, exactly as locked. No compiler is needed and no package's script runs.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostFolder } from './hostFolder.mjs';

/** An older VS Code has these fetched from GitHub or compiled by their scripts; from these versions on they come built. */
const BUILT = ['@parcel/watcher@2.5.6', '@vscode/ripgrep@1.18.0'];

/**
 * @param {string} cwd
 * @param {string[]} args
 */
function npm(cwd, args) {
  const program = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync(program, [...args, ...quiet], { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** @param {string} server The folder of VS Code inside code-server. */
function installServer(server) {
  /** @type {{ dependencies: Record<string, string> }} */
  const { dependencies } = JSON.parse(readFileSync(path.join(server, 'package.json'), 'utf8'));
  const old = dependencies['@vscode/ripgrep'] !== undefined;
  // VS Code's own lock file lacks a peer, which npm ci would refuse without --legacy-peer-deps.
  npm(server, [...(old ? ['install', ...BUILT] : ['ci']), '--omit=dev', '--legacy-peer-deps']);
}

/** Does nothing when this very lock file is installed. Throws one sentence when it cannot be. */
export function setUpHost() {
  const folder = hostFolder();
  const lockFile = path.join(folder, 'package-lock.json');
  const stamp = path.join(folder, 'node_modules/.tranche-lock');
  try {
    if (!existsSync(lockFile)) npm(folder, ['install', '--package-lock-only']);
    const lock = readFileSync(lockFile, 'utf8');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
    console.error(`Installing the VS Code that the tests run in (npm ci in ${folder}) ...`);
    npm(folder, ['ci']);
    installServer(path.join(folder, 'node_modules/code-server/lib/vscode'));
    writeFileSync(stamp, lock);
  } catch {
    throw new Error(`The VS Code of ${folder} could not be installed; see above.`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUpHost();
