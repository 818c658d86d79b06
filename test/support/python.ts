import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const interpreter = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url));

/** Runs a Python script (pyarrow and pandas are there) and returns what it printed; throws with its standard error. */
export async function python(script: string, args: readonly string[] = []): Promise<string> {
  const { stdout } = await promisify(execFile)(interpreter, ['-c', script, ...args], { maxBuffer: 1 << 28 });
  return stdout;
}
