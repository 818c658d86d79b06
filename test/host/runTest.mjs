// The tests inside an extension host, through @vscode/test-electron. Which VS Code runs them is printed, never decided silently:
//   VSCODE_EXECUTABLE=/path/to/code    that one
//   VSCODE_TEST_HOST=download          desktop VS Code, downloaded by @vscode/test-electron
//   otherwise                          the VS Code server of test/host, by the stand-in code.mjs
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { build as bundle } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = path.resolve(here, '../..');
const bundles = path.join(root, 'build/host');

/** @typedef {{ passed: number, failed: number }} Sum */
/** @typedef {{ event: 'host', app: string, version: string, web: boolean, node: string }} HostLine */
/** @typedef {{ event: 'pass' | 'pending', title: string, ms?: number } | { event: 'fail', title: string, error: string }} TestLine */
/** @typedef {{ event: 'end', passes: number, failures: number, pending: number }} EndLine */

/**
 * @param {readonly string[]} files Of suite/, without their endings; none: all tests.
 */
async function bundleSuite(files) {
  const suite = path.join(here, 'suite');
  rmSync(bundles, { recursive: true, force: true });
  await bundle({
    entryPoints: ['run.ts', ...(files.length > 0 ? files.map((name) => `${name}.ts`) : allTests(suite))].map((name) =>
      path.join(suite, name),
    ),
    outdir: bundles,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

/** @param {string} suite */
function allTests(suite) {
  return readdirSync(suite).filter((name) => name.endsWith('.test.ts'));
}

/**
 * @param {string} report
 * @returns {(HostLine | TestLine | EndLine)[]}
 */
function linesOf(report) {
  if (!existsSync(report)) return [];
  return readFileSync(report, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/**
 * A test that ends the process leaves no `end` line, and runTests() would still succeed.
 * @param {(HostLine | TestLine | EndLine)[]} lines
 * @param {boolean} succeeded
 * @returns {Sum}
 */
function sumUp(lines, succeeded) {
  let passed = 0;
  let failed = 0;
  let ended = false;
  for (const line of lines) {
    if (line.event === 'host') {
      console.log(`Host tests in ${line.app} ${line.version}, ${line.web ? 'web' : 'desktop'}, Node ${line.node}`);
    } else if (line.event === 'pass') passed++;
    else if (line.event === 'end') ended = true;
    else {
      failed++;
      console.log(`FAILED  ${line.title}\n${line.event === 'fail' ? line.error : 'It was skipped.'}`);
    }
  }
  if (!ended) console.log('FAILED  The tests in the extension host did not come to their end.');
  else if (passed === 0) console.log('FAILED  No test ran in the extension host.');
  else if (succeeded || failed > 0) return { passed, failed };
  else console.log('FAILED  VS Code ended with an error after the tests.');
  return { passed, failed: failed + 1 };
}

/**
 * runTests() adds to this process's environment, so what must not be there is named.
 * @param {Record<string, string | undefined>} env
 * @returns {Record<string, string | undefined>}
 */
function withoutOthers(env) {
  return { ...Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined])), ...env };
}

/**
 * Runs them against dist/, which must be built.
 * @param {Record<string, string | undefined>} [env] The environment of VS Code, in place of this one.
 * @param {readonly string[]} [files] Those of suite/ to run, without their endings; none: all tests.
 * @returns {Promise<Sum>}
 */
export async function runHostTests(env = process.env, files = []) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tranche-host-'));
  const report = path.join(folder, 'report.jsonl');
  const log = path.join(folder, 'vscode.log');
  const workspace = path.join(folder, 'workspace');
  try {
    await bundleSuite(files);
    cpSync(path.join(root, 'media/sample'), workspace, { recursive: true });
    const executable = process.env.VSCODE_EXECUTABLE;
    const download = process.env.VSCODE_TEST_HOST === 'download';
    const standIn = download ? {} : { vscodeExecutablePath: path.join(here, 'code.mjs') };
    const succeeded = await runTests({
      ...(executable === undefined ? standIn : { vscodeExecutablePath: executable }),
      version: process.env.VSCODE_VERSION ?? 'stable',
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(bundles, 'run.cjs'),
      extensionTestsEnv: {
        ...withoutOthers(env),
        TRANCHE_TEST_REPORT: report,
        TRANCHE_HOME: path.join(folder, 'home'),
        TRANCHE_HOST_LOG: log,
      },
      launchArgs: [workspace, '--disable-extensions'],
    }).then(
      () => true,
      (/** @type {unknown} */ error) => {
        console.log(error instanceof Error ? error.message : error);
        return false;
      },
    );
    const sum = sumUp(linesOf(report), succeeded);
    if (sum.failed > 0 && existsSync(log)) console.log(`VS Code said last:\n${readFileSync(log, 'utf8').slice(-4000)}`);
    return sum;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed } = await runHostTests(process.env, process.argv.slice(2));
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}
