// `npm start`: VS Code with the extension, on a copy of the sample that is ready to play with. A desktop `code` in PATH
// is used if there is one, else (or with --server) the VS Code server on localhost. --fresh begins with a new copy.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setUpHost } from '../test/host/setUpHost.mjs';
import { startServer } from '../test/host/startServer.mjs';
import { build } from './build.mjs';
import { root } from './install.mjs';

/** Not in git; stays, so that an interrupted run is there again at the next start. */
const scratch = path.join(root, 'build/start');
const workspace = path.join(scratch, 'sample');
const home = path.join(scratch, 'home');

function copySample() {
  mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
  cpSync(path.join(root, 'media/sample'), workspace, { recursive: true, force: false });
  writeFileSync(path.join(workspace, '.vscode/settings.json'), '{ "git.enabled": false }\n'); // it lies in this checkout
}

/** Path of the desktop program; null where there is none, as in a terminal of a remote window, whose `code` is another. */
function findDesktopCode() {
  if (process.env.VSCODE_IPC_HOOK_CLI) return null;
  const names = process.platform === 'win32' ? ['code.cmd'] : ['code'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const candidates = folders.flatMap((folder) => names.map((name) => path.join(folder, name)));
  return candidates.find((file) => existsSync(file)) ?? null;
}

/** Resolves when the window is closed or Ctrl-C is pressed. */
async function openDesktop(code) {
  console.log(`Opening ${workspace} in ${code}`);
  const args = ['--new-window', '--wait', `--extensionDevelopmentPath=${root}`, workspace];
  const child = spawn(code, args, {
    env: { ...process.env, TRANCHE_HOME: home },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (exitCode, signal) => resolve(signal === null ? exitCode : 130));
  });
  if (status !== 0 && status !== 130) throw new Error(`${code} ended with exit code ${status}.`);
}

/** Resolves after Ctrl-C, when the server has ended. */
async function openServer() {
  setUpHost();
  const { packExtension } = await import('./package.mjs');
  const server = await startServer({
    folder: path.join(scratch, 'code'),
    vsix: [await packExtension()], // installed as a person would: a development extension shows no notifications here
    settings: { 'workbench.colorTheme': 'Default Dark Modern' },
    env: { TRANCHE_HOME: home },
    token: randomBytes(16).toString('hex'),
    port: Number(process.env.PORT ?? 0),
  });
  console.log(`\nVS Code with Tranche: ${server.url(workspace)}\n\nCtrl-C ends it.`);
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, resolve);
  });
  await server.stop();
}

try {
  await build();
  if (process.argv.includes('--fresh')) rmSync(scratch, { recursive: true, force: true });
  copySample();
  const code = process.argv.includes('--server') ? null : findDesktopCode();
  await (code === null ? openServer() : openDesktop(code));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
