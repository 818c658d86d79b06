import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acquireLease, isLastOwnerAlive, leaseOwner, type LeaseOptions } from '../../../src/platform/lease.ts';

let home = '';
let folder = '';
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'tranche-lease-'));
  folder = path.join(home, 'lease');
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const options: LeaseOptions = { what: 'Run x', surface: 'CLI', minFence: 0 };

async function claim(number: number, content: string, ageMs: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${String(number).padStart(10, '0')}.json`);
  await writeFile(file, content);
  const at = (Date.now() - ageMs) / 1000;
  await utimes(file, at, at);
}

const content = (host: string, pid: number): string => JSON.stringify({ uuid: 'u', pid, host, surface: 'editor' });

describe('the lease', () => {
  it('is given once, and refused naming the owner while that one lives', async () => {
    const lease = await acquireLease(folder, options);
    expect(lease.fence).toBe(1);
    await lease.verify();
    await expect(acquireLease(folder, options)).rejects.toMatchObject({
      code: 'owned',
      message: `Run x is driven by the command line (process ${process.pid} on ${hostname()}); wait for it or stop it there.`,
    });
    await lease.release();
  });

  it('is free at once after release, with a greater fencing number', async () => {
    await (await acquireLease(folder, options)).release();
    const next = await acquireLease(folder, options);
    expect(next.fence).toBe(2);
    await next.release();
  });

  it('fences above what the journal has seen even if the claims are gone', async () => {
    const lease = await acquireLease(folder, { ...options, minFence: 41 });
    expect(lease.fence).toBe(42);
    await lease.release();
  });

  it('respects a living owner on another host', async () => {
    await claim(7, content('elsewhere', 1), 5_000);
    await expect(acquireLease(folder, options)).rejects.toThrow('an editor (process 1 on elsewhere)');
  });

  it.each([
    ['whose heartbeat is too old', content('elsewhere', 1), 25_000],
    ['whose process is dead on this host', content(hostname(), 2 ** 22 + 1), 1_000],
    ['that is not whole and old', '{"uuid"', 25_000],
  ])('takes over from an owner %s', async (_, text, ageMs) => {
    await claim(7, text, ageMs);
    const lease = await acquireLease(folder, options);
    expect(lease.fence).toBe(8);
    await lease.release();
  });

  it.runIf(process.platform === 'linux')('takes over from a process whose number another one has now', async () => {
    await claim(7, JSON.stringify({ uuid: 'u', pid: process.pid, host: hostname(), surface: 'CLI', mark: '1' }), 1_000);
    const lease = await acquireLease(folder, options);
    expect(lease.fence).toBe(8);
    await lease.release();
  });

  it.runIf(process.platform === 'linux')('takes over from a killed process that nobody has buried yet', async () => {
    // The shell becomes a program that never asks after the child the shell had.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 20'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
    await new Promise((resolve) => setTimeout(resolve, 50));
    await claim(7, content(hostname(), Number(printed.toString())), 1_000);
    const lease = await acquireLease(folder, options);
    expect(lease.fence).toBe(8);
    await lease.release();
    parent.kill('SIGKILL');
  });

  it('tells who has it, living or dead, to whoever only looks', async () => {
    expect(await leaseOwner(folder)).toBeNull();
    const lease = await acquireLease(folder, options);
    const who = `the command line (process ${process.pid} on ${hostname()})`;
    expect(await leaseOwner(folder)).toEqual({ who, isEditor: false, isLiving: true });
    await lease.release();
    expect(await leaseOwner(folder)).toBeNull();
    await claim(7, content('elsewhere', 1), 60_000);
    expect(await leaseOwner(folder)).toEqual({
      who: 'an editor (process 1 on elsewhere)',
      isEditor: true,
      isLiving: false,
    });
    await claim(8, content(hostname(), 2 ** 22 + 1), 1_000);
    expect(await leaseOwner(folder)).toMatchObject({ isLiving: false });
    await claim(9, '{', 1_000);
    expect(await leaseOwner(folder)).toEqual({ who: 'another process', isEditor: false, isLiving: true });
  });

  it('tells whether its last owner lives, though it was given free', async () => {
    const lease = await acquireLease(folder, options);
    await lease.release();
    expect(await isLastOwnerAlive(folder)).toBe(true);
    await claim(8, content(hostname(), 2 ** 22 + 1), 1_000);
    expect(await isLastOwnerAlive(folder)).toBe(false);
    await claim(9, content('elsewhere', 1), 60_000);
    expect(await isLastOwnerAlive(folder)).toBe(true); // nobody can tell from here
    expect(await isLastOwnerAlive(path.join(folder, 'gone'))).toBe(false);
  });

  it('waits for a fresh claim that is not whole yet', async () => {
    await claim(7, '', 1_000);
    await expect(acquireLease(folder, options)).rejects.toMatchObject({ code: 'owned' });
  });

  it('tells the former owner that another has taken over', async () => {
    const lease = await acquireLease(folder, options);
    await claim(lease.fence + 1, content('elsewhere', 1), 0);
    await expect(lease.verify()).rejects.toMatchObject({ code: 'owned' });
    await lease.release();
  });

  it('tells the owner when its claims were removed', async () => {
    const lease = await acquireLease(folder, options);
    await rm(folder, { recursive: true });
    await expect(lease.verify()).rejects.toMatchObject({ code: 'disk' });
    await mkdir(folder);
    await expect(lease.verify()).rejects.toMatchObject({ code: 'owned' });
    await lease.release();
  });

  it('beats while it is held', async () => {
    const lease = await acquireLease(folder, { ...options, heartbeatMs: 20 });
    const [name] = await readdir(folder);
    const file = path.join(folder, name ?? '');
    await utimes(file, 1000, 1000);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(acquireLease(folder, options)).rejects.toMatchObject({ code: 'owned' });
    await lease.release();
  });

  it('keeps only the last few claims', async () => {
    for (let turn = 0; turn < 20; turn++) await (await acquireLease(folder, options)).release();
    expect((await readdir(folder)).length).toBeLessThanOrEqual(9);
  });
});

describe('the lease among processes', () => {
  it('never has two owners at a time, though some are killed while they hold it', async () => {
    const script = path.join(home, 'holder.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('../../support/leaseHolder.ts', import.meta.url))],
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
      logLevel: 'error',
    });
    const log = path.join(home, 'log.txt');
    await writeFile(log, '');
    const children = new Set<ChildProcess>();
    let kills = 0;
    const endMs = Date.now() + 3_000;
    const start = (seed: number): Promise<void> =>
      new Promise((resolve) => {
        const child = fork(script, [folder, log, String(seed), String(endMs)]);
        children.add(child);
        child.on('exit', (_, signal) => {
          children.delete(child);
          if (signal !== 'SIGKILL') return resolve();
          kills++;
          resolve(start(seed + 100));
        });
      });
    await Promise.all([1, 2, 3, 4].map(start));
    const entries = (await readFile(log, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    const fences = entries.filter(([what]) => what === 'in').map(([, fence]) => Number(fence));
    expect(kills).toBeGreaterThan(0);
    expect(fences.length).toBeGreaterThan(20);
    expect(fences).toEqual([...fences].sort((a, b) => a - b));
    expect(new Set(fences).size).toBe(fences.length);
    // Between an entry and its exit nobody else enters; a killed owner never exits.
    for (const [at, [what, fence]] of entries.entries()) {
      if (what !== 'out') continue;
      expect(entries[at - 1]).toEqual(['in', fence]);
    }
  });
});
