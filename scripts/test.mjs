// `npm test`: installs what is missing, builds, checks, runs every test, and ends with one line `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setUpChromium } from '../test/host/setUpChromium.mjs';
import { setUpHost } from '../test/host/setUpHost.mjs';
import { build } from './build.mjs';
import { check } from './check.mjs';
import { root } from './install.mjs';
import { setUpPython } from './python.mjs';

/** Nothing in a test may look for a real cloud, a real key or the user's own state. */
function testEnvironment(home) {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, TRANCHE_HOME, ...rest } = process.env;
  void [OPENAI_API_KEY, OPENAI_BASE_URL, TRANCHE_HOME];
  return {
    ...rest,
    HOME: home,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
  };
}

/** Runs vitest with these arguments. A test that was skipped, or a file that could not be read, counts as failed. */
function runVitest(args, home) {
  const report = path.join(home, 'report.json');
  rmSync(report, { force: true });
  try {
    spawnSync(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=dot',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...args,
      ],
      { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: testEnvironment(home) },
    );
    const { numPassedTests, numTotalTests, numTotalTestSuites, success, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const notRun = numTotalTests - numPassedTests;
    const brokenFiles = testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    if (numTotalTestSuites === 0) return { passed: 0, failed: 1 };
    return { passed: numPassedTests, failed: notRun + brokenFiles + (!success && notRun + brokenFiles === 0 ? 1 : 0) };
  } catch (error) {
    console.log(`The tests gave no report: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

/** In a real VS Code, which is installed first; where that cannot be, one line says so and counts as a failure. */
async function* runEditorTests(home) {
  setUpHost();
  setUpChromium();
  const { runHostTests } = await import('../test/host/runTest.mjs'); // its packages are installed by now
  yield runVitest(['--config', 'test/webview/vitest.config.mjs'], home);
  yield await runHostTests(testEnvironment(home));
  yield runVitest(['--config', 'test/ui/vitest.config.mjs'], home);
}

/** All parts one after the other; named tests (`npm test -- test/unit/core/plan`) run without VS Code. */
async function* runAll(names, home) {
  await build();
  setUpPython();
  yield check();
  yield runVitest(names, home);
  if (names.length === 0) yield* runEditorTests(home);
}

let passed = 0;
let failed = 0;
const home = mkdtempSync(path.join(tmpdir(), 'tranche-test-'));
try {
  for await (const part of runAll(process.argv.slice(2), home)) {
    passed += part.passed;
    failed += part.failed;
  }
} catch (error) {
  console.log(`FAILED  ${error.message}`);
  failed += 1;
} finally {
  rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
