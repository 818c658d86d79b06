// The VS Code server on a loopback port, as a process group of its own.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findHost } from './findHost.mjs';

/** A workbench that stays calm: nothing opens, asks or updates by itself. */
const CALM = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
  'window.autoDetectColorScheme': false,
};
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 5_000;

/**
 * @typedef {object} ServerOptions
 * @property {string} [folder] Its data; kept when it stops. None: a folder that is removed.
 * @property {string[]} [vsix] Extensions to install first.
 * @property {Record<string, unknown>} [settings] The user's settings, besides calm ones.
 * @property {Record<string, string | undefined>} [env] Reaches the extension host.
 * @property {boolean} [testDriver] Takes extensionDevelopmentPath and extensionTestsPath from the address, but shows no notifications.
 * @property {boolean} [askTrust] Workspaces are not trusted until a person says so.
 * @property {string} [token] What the address must hold; none: everybody on this machine may come in.
 * @property {number} [port]
 */

/**
 * @typedef {object} Server
 * @property {string} address
 * @property {number} pid
 * @property {() => string} output What it printed.
 * @property {(folder: string, payload?: [string, string][]) => string} url The page that opens a folder.
 * @property {(file: string) => string} remote A file as the workbench names it.
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} kill SIGKILL for it and everything it started; its data stay.
 */

/**
 * @param {ServerOptions} [options]
 * @returns {Promise<Server>}
 */
export async function startServer(options = {}) {
  const host = findHost();
  if (host === null) throw new Error('The VS Code server is not installed: run node test/host/setUpHost.mjs.');
  const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'tranche-vscode-'));
  const forget = () => {
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    writeSettings(folder, options);
    const base = [host.main, '--accept-server-license-terms', '--telemetry-level', 'off'];
    base.push('--server-data-dir', path.join(folder, 'server'), '--extensions-dir', path.join(folder, 'extensions'));
    const env = { ...process.env, ...options.env, SHELL: '/bin/sh', EXTENSIONS_GALLERY: '{}' }; // {}: no marketplace
    for (const vsix of options.vsix ?? []) installExtension(host.node, base, vsix, env);
    return await listen(host.node, [...base, ...serverArgs(options)], env, options.token, forget);
  } catch (error) {
    forget();
    throw error;
  }
}

/**
 * @param {string} folder
 * @param {ServerOptions} options
 */
function writeSettings(folder, options) {
  const user = path.join(folder, 'server/data/User');
  mkdirSync(user, { recursive: true });
  const trust = options.askTrust
    ? { 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' }
    : { 'security.workspace.trust.enabled': false };
  writeFileSync(path.join(user, 'settings.json'), JSON.stringify({ ...CALM, ...trust, ...options.settings }, null, 2));
}

/** @param {ServerOptions} options */
function serverArgs(options) {
  const args = ['--host', '127.0.0.1', '--port', String(options.port ?? 0)];
  args.push(...(options.token === undefined ? ['--without-connection-token'] : ['--connection-token', options.token]));
  if (!options.askTrust) args.push('--disable-workspace-trust');
  if (options.testDriver) args.push('--enable-smoke-test-driver');
  return args;
}

/**
 * @param {string} node
 * @param {string[]} base
 * @param {string} vsix
 * @param {NodeJS.ProcessEnv} env
 */
function installExtension(node, base, vsix, env) {
  const { status, stdout, stderr } = spawnSync(node, [...base, '--install-extension', vsix, '--force'], {
    env,
    encoding: 'utf8',
  });
  if (status !== 0 || !stdout.includes('successfully installed')) {
    throw new Error(`${vsix} could not be installed: ${stdout}${stderr}`);
  }
}

/**
 * @param {string} node
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {string | undefined} token
 * @param {() => void} forget
 * @returns {Promise<Server>}
 */
async function listen(node, args, env, token, forget) {
  const child = spawn(node, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${node} could not be started.`);
  let output = '';
  /** @type {Promise<void>} */
  const gone = new Promise((resolve) => child.once('exit', () => resolve()));
  /** @param {NodeJS.Signals} signal */
  const signalGroup = (signal) => {
    try {
      process.kill(-pid, signal);
    } catch {
      // the group is gone
    }
  };
  const atExit = () => {
    signalGroup('SIGKILL');
    forget();
  };
  process.once('exit', atExit); // nothing stays behind after an uncaught error
  /** @type {Promise<number>} */
  const listening = new Promise((resolve, reject) => {
    /** @param {Buffer} bytes */
    const hear = (bytes) => {
      output = (output + bytes.toString()).slice(-100_000);
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void gone.then(() => reject(new Error(`The VS Code server ended: ${output}`)));
  });
  const end = async () => {
    signalGroup('SIGKILL');
    await gone;
    process.off('exit', atExit);
  };
  const port = await within(listening, START_LIMIT_MS, 'The VS Code server did not start').catch(async (error) => {
    await end();
    throw new Error(`${error.message}\n${output}`);
  });
  const address = `http://127.0.0.1:${port}/`;
  return {
    address,
    pid,
    output: () => output,
    url: (folder, payload = []) => pageUrl(address, token, folder, payload),
    remote: (file) => `vscode-remote://127.0.0.1:${port}${path.resolve(file)}`,
    stop: async () => {
      signalGroup('SIGTERM');
      await within(gone, STOP_LIMIT_MS, 'The VS Code server does not stop').catch(() => undefined);
      await end();
      forget();
    },
    kill: end,
  };
}

/**
 * @param {string} address
 * @param {string | undefined} token
 * @param {string} folder
 * @param {[string, string][]} payload
 */
function pageUrl(address, token, folder, payload) {
  const absolute = path.resolve(folder);
  // the workbench shows a dialog over everything for a folder that is not there
  if (!statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`There is no folder ${absolute}.`);
  const url = new URL(address);
  if (token !== undefined) url.searchParams.set('tkn', token);
  url.searchParams.set('folder', absolute);
  if (payload.length > 0) url.searchParams.set('payload', JSON.stringify(payload));
  return url.href;
}

/**
 * @template T
 * @param {Promise<T>} promise
 * @param {number} limitMs
 * @param {string} what
 * @returns {Promise<T>}
 */
async function within(promise, limitMs, what) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} in ${limitMs / 1000} s.`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
