// `npm test`: installs what is missing, builds, checks, runs every test, and ends with one line `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

function runVitest() {
  const home = mkdtempSync(path.join(tmpdir(), 'tranche-test-'));
  const report = path.join(home, 'report.json');
  mkdirSync(path.join(home, 'home'));
  try {
    spawnSync(
      process.execPath,
      [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=dot',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...process.argv.slice(2),
      ],
      { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: testEnvironment(path.join(home, 'home')) },
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
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

let passed = 0;
let failed = 0;
try {
  await build();
  setUpPython();
  for (const part of [check(), runVitest()]) {
    passed += part.passed;
    failed += part.failed;
  }
} catch (error) {
  console.log(error.message);
  failed += 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
