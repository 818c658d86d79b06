import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEnd } from '../../src/core/runs/runPorts.ts';
import { batchesPerAttempt, openWorld, type World } from './runWorld.ts';

const CHUNKS = 6;
const ROWS = 8;

let world: World;
let folder = '';
let script = '';
beforeAll(async () => {
  world = await openWorld({ timeline: { validatingMs: 40, inProgressMs: 150, finalizingMs: 40 } });
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-kill-'));
  script = path.join(folder, 'driver.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('../support/runDriver.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: script,
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

/** What the process printed, null if it was killed after `killMs`. */
function drive(killMs: number): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const args = [script, path.join(folder, 'run'), world.service.url, String(CHUNKS), String(ROWS)];
    const child = execFile(process.execPath, args, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if (child.signalCode === 'SIGKILL') resolve(null);
      else reject(new Error(stderr));
    });
    if (killMs !== Infinity) setTimeout(() => child.kill('SIGKILL'), killMs);
  });
}

describe('a process that is killed with signal 9', () => {
  it('is followed by one that takes the run over at once and ends it as if nothing had happened', async () => {
    let kills = 0;
    // Later and later, so that every part of the way is met on a slow machine as on a quick one.
    for (const killMs of [200, 260, 320, 380, 440, 500, 560, 620]) {
      if ((await drive(killMs)) === null) kills++;
    }
    const printed = await drive(Infinity);
    const end = JSON.parse(printed ?? '') as RunEnd;
    expect(kills).toBeGreaterThan(1);
    expect(end).toMatchObject({ state: 'finished', batchesCreated: CHUNKS, counts: { in: 48, ok: 48 } });
    const perAttempt = await batchesPerAttempt(world.api);
    expect(Object.keys(perAttempt)).toHaveLength(CHUNKS);
    expect(Object.values(perAttempt).every((count) => count === 1)).toBe(true);
  });
});
