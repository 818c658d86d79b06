import { execFileSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRehearsal } from '../../src/rehearsal/startRehearsal.ts';
import { runCli } from '../support/cli.ts';
import { openWorkFolder, postsJsonl, type WorkFolder } from '../support/workFolder.ts';

let folder: WorkFolder;
const mounted: string[] = [];
beforeEach(async () => {
  folder = await openWorkFolder();
});
afterEach(async () => {
  for (const place of mounted.splice(0)) execFileSync('umount', [place]);
  await folder.remove();
});

/** A disk of its own with little room; null, said aloud, where this user may not mount one. */
async function smallDisk(name: string, size: string): Promise<string | null> {
  const place = path.join(folder.path, name);
  await mkdir(place);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place], { stdio: 'pipe' });
  } catch {
    process.stdout.write('SKIPPED: a full disk is not tried, since this user may not mount a small one\n');
    return null;
  }
  mounted.push(place);
  return place;
}

/** The sentences that are errors; never a stack. */
function sentences(stderr: string): string[] {
  expect(stderr).not.toMatch(/^\s+at /m);
  return stderr.split('\n').filter((line) => line.startsWith('tranche: '));
}

describe('a full disk', () => {
  it('ends render with one sentence; finished chunks stay, and nothing that looks whole', async ({ skip }) => {
    const disk = await smallDisk('disk', '8m');
    if (disk === null) return skip();
    await folder.write('posts.jsonl', postsJsonl(30_000));
    const job = await folder.job('posts', 'posts.jsonl', { limits: { maxBytes: '2MB' } });
    const out = path.join(disk, 'out');
    const { code, stdout, stderr } = await runCli(['render', job, '--out', out], folder.path);
    expect(sentences(stderr)).toEqual([
      expect.stringMatching(
        /^tranche: The disk is full: \/.*\/out\/(chunk-000\d\.jsonl|keys\.parquet) could not be written; free/,
      ),
    ]);
    expect([code, stdout]).toEqual([1, '']);
    const left = (await readdir(out)).sort();
    expect(left[0]).toBe('.tranche-rendering');
    expect(left.slice(1).length).toBeGreaterThanOrEqual(2);
    expect(left.slice(1)).toEqual(left.slice(1).map((_, at) => `chunk-000${at + 1}.jsonl`));
    execFileSync('mount', ['-o', 'remount,size=64m', disk]);
    expect((await runCli(['render', job, '--out', out], folder.path)).code).toBe(0);
    expect(await readdir(out)).toContain('manifest.json');
  });

  it('stops a run with one sentence, and the run goes on once there is room', async ({ skip }) => {
    const home = await smallDisk('home', '1m');
    if (home === null) return skip();
    const server = await startRehearsal({ folder: path.join(folder.path, 'service') });
    try {
      await folder.write(
        'home/config.json',
        JSON.stringify({
          providers: { local: { baseUrl: server.url } },
          prices: { 'gpt-4o-mini': { inputPerMillionUsd: 0, outputPerMillionUsd: 0 } },
        }),
      );
      await folder.write('posts.jsonl', postsJsonl(4000));
      const job = await folder.job('posts', 'posts.jsonl', { provider: 'local', limits: { maxRequests: 1000 } });
      const first = await runCli(['run', job], home);
      const [sentence, kept, ...more] = sentences(first.stderr);
      expect(sentence, first.stderr).toMatch(
        /^tranche: The disk is full: \/.*\/home\/runs\/.* could not be written; free/,
      );
      expect(kept).toMatch(/is kept; go on with: tranche resume \S+$/);
      expect([first.code, more]).toEqual([1, []]);
      const runId = /tranche resume (\S+)/.exec(first.stderr)?.[1] ?? '';
      execFileSync('mount', ['-o', 'remount,size=64m', home]);
      const { code, stdout, stderr } = await runCli(['resume', runId, '--json'], home);
      expect(code, stderr).toBe(0);
      const end = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as object;
      expect(end).toMatchObject({ type: 'end', runId, rows: { in: 4000, ok: 4000 }, batches: { created: 4 } });
    } finally {
      await server.close();
    }
  });
});
