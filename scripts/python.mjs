// The Python oracles of the tests, in a virtual environment of the project: made once, skipped when they are there.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const venv = fileURLToPath(new URL('../.venv', import.meta.url));
const requirements = fileURLToPath(new URL('../test/requirements.txt', import.meta.url));

/** Path of the interpreter, which may not exist yet. */
export const python = process.platform === 'win32' ? `${venv}\\Scripts\\python.exe` : `${venv}/bin/python`;

/** Makes the environment if it is not there or its requirements changed. Throws one sentence where Python is missing. */
export function setUpPython() {
  const wanted = readFileSync(requirements, 'utf8');
  const stamp = `${venv}/requirements.stamp`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const host = process.env.PYTHON ?? 'python3';
  try {
    execFileSync(host, ['-m', 'venv', venv], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch {
    throw new Error(
      'The tests need Python 3.11 or newer with venv as an oracle (Debian: apt-get install python3-venv); it was not found.',
    );
  }
  execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  writeFileSync(stamp, wanted);
}
