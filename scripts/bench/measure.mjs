// Runs a Node script as a whole process and says what it took.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const usageModule = new URL('./usage.mjs', import.meta.url).href;
export const cli = fileURLToPath(new URL('../../dist/cli.mjs', import.meta.url));

/** Wall and CPU seconds and peak memory of `node script args`; throws with what it said when it fails. */
export function measure(node, script, args, env = {}) {
  const file = path.join(tmpdir(), `tranche-usage-${process.pid}.json`);
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(node, ['--import', usageModule, script, ...args], {
    env: { ...process.env, ...env, BENCH_USAGE: file },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const wallS = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${status}: ${stderr}`);
  const usage = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  return { wallS, cpuS: usage.cpuS, rssMb: usage.rssMb, stdout };
}

/** The run with the median wall-clock time. */
export function median(runs) {
  const sorted = [...runs].sort((a, b) => a.wallS - b.wallS);
  return sorted[Math.floor(sorted.length / 2)];
}
