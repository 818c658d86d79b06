import { access, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRehearsal } from '../../src/rehearsal/startRehearsal.ts';
import { runCli, startCli, until, type RunningCli } from '../support/cli.ts';
import { openWorkFolder, postsJsonl, type WorkFolder } from '../support/workFolder.ts';

let folder: WorkFolder;
beforeEach(async () => {
  folder = await openWorkFolder();
  await folder.write('posts.jsonl', postsJsonl(40));
});
afterEach(() => folder.remove());

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const REHEARSAL = ['--provider', 'rehearsal'];

/** Starts a run, stops it as soon as it shows a phase, and gives its id. */
async function stopAt(phase: string, args: readonly string[], env = {}): Promise<string> {
  const first: RunningCli = startCli([...args, '--json'], folder.path, env);
  await until(() => first.stdout().includes(`"phase":"${phase}"`));
  first.process.kill('SIGINT');
  const { code, stdout, stderr } = await first.end;
  expect(code, stderr).toBe(130);
  const runId = /tranche resume (\S+)/.exec(stderr)?.[1] ?? '';
  const end = { type: 'end', runId, state: 'stopped', costUsd: null, results: [], failures: null, error: 'Stopped.' };
  expect(lines(stdout).at(-1)).toMatchObject(end);
  return runId;
}

describe('a stopped run', () => {
  it('whose results folder was taken meanwhile can still be brought to its end, with --replace', async () => {
    const job = await folder.job('posts', 'posts.jsonl');
    const runId = await stopAt('validating', ['run', job, ...REHEARSAL]);
    const other = await runCli(['run', job, ...REHEARSAL, '--new'], folder.path);
    expect(other.code, other.stderr).toBe(0);
    const refused = await runCli(['resume', runId, '--json'], folder.path);
    expect(refused.code).toBe(2);
    const taken = /already holds the results of run .*; move them away, .*--replace/;
    expect(refused.stderr).toMatch(taken);
    expect(lines(refused.stdout).at(-1)).toMatchObject({
      type: 'end',
      state: 'failed',
      rows: { in: 40, ok: 40 },
      batches: { created: 1, unsettled: 0 },
      error: expect.stringMatching(taken) as string,
    });
    expect(refused.stderr).toContain(`tranche resume ${runId} --replace`);
    const { code, stdout, stderr } = await runCli(['resume', runId, '--replace', '--json'], folder.path);
    expect(code, stderr).toBe(0);
    expect(lines(stdout)[0]).toMatchObject({ type: 'run', runId, rows: 40, chunks: 1, warnings: [] });
    expect(lines(stdout).at(-1)).toMatchObject({ type: 'end', runId, rows: { in: 40, ok: 40 } });
  });

  /** A run whose answers are all downloaded and counted, but whose results could not be written. */
  async function countedRun(): Promise<{ runId: string; answers: string }> {
    const job = await folder.job('posts', 'posts.jsonl');
    const runId = await stopAt('validating', ['run', job, ...REHEARSAL]);
    await folder.write('posts.results.rehearsal/results.parquet', 'in the way');
    expect((await runCli(['resume', runId], folder.path)).code).toBe(2);
    return { runId, answers: path.join(folder.path, 'runs', runId, 'answers', 'chunk-0001-a1.output.jsonl') };
  }

  const damages: Readonly<Record<string, (file: string) => Promise<void>>> = {
    cut: (file) => truncate(file, 1000),
    changed: async (file) => writeFile(file, (await readFile(file, 'utf8')).replace('"content":"', '"content":"X')),
    removed: (file) => rm(file),
  };
  for (const [how, damage] of Object.entries(damages)) {
    it(`whose answers were ${how} since has them downloaded again`, async () => {
      const { runId, answers } = await countedRun();
      const whole = await readFile(answers, 'utf8');
      await damage(answers);
      const { code, stdout, stderr } = await runCli(['resume', runId, '--replace', '--json'], folder.path);
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('was not what had been downloaded, and was downloaded again.');
      expect(lines(stdout).at(-1)).toMatchObject({ runId, rows: { in: 40, ok: 40 }, batches: { created: 1 } });
      expect(await readFile(answers, 'utf8')).toBe(whole);
    });
  }

  it('whose answers were cut here and changed at the provider is failed, naming the file, before anything is published', async () => {
    const { runId, answers } = await countedRun();
    const whole = await readFile(answers);
    const changed = whole.toString().replace('"content":"', '"cOntent":"');
    await truncate(answers, 1000);
    const run = path.join(folder.path, 'runs', runId);
    const all = await readdir(run, { recursive: true, withFileTypes: true });
    for (const entry of all.filter((one) => one.isFile())) {
      const file = path.join(entry.parentPath, entry.name);
      if ((await readFile(file)).equals(whole)) await writeFile(file, changed);
    }
    const { code, stdout, stderr } = await runCli(['resume', runId, '--replace', '--json'], folder.path);
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${answers} was changed since it was downloaded`)]);
    expect(lines(stdout).at(-1)).toMatchObject({ type: 'end', runId, state: 'failed', rows: { in: 40 } });
    expect(await readdir(path.join(folder.path, 'posts.results.rehearsal'))).toEqual(['results.parquet']);
  });

  it('is gone on with by run, which passes --replace on and names the folder', async () => {
    const job = await folder.job('posts', 'posts.jsonl');
    const runId = await stopAt('validating', ['run', job, ...REHEARSAL]);
    expect((await runCli(['run', job, ...REHEARSAL, '--new'], folder.path)).code).toBe(0);
    const { code, stdout, stderr } = await runCli(['run', job, ...REHEARSAL, '--replace', '--json'], folder.path);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`Run ${runId} of this plan is unfinished`);
    expect(stderr).toContain(path.join(folder.path, 'posts.results.rehearsal'));
    expect(lines(stdout)[0]).toMatchObject({ type: 'run', runId });
  });

  it('with chunks to send goes on within the caps of now only, and can be cancelled above them', async () => {
    const server = await startRehearsal({ folder: path.join(folder.path, 'service'), faults: ['stall@upload'] });
    try {
      const config = (maxUsd: number | null, baseUrl = server.url): Promise<string> =>
        folder.write(
          'config.json',
          JSON.stringify({
            ...(maxUsd !== null && { maxUsd }),
            providers: { local: { baseUrl } },
            prices: { 'gpt-4o-mini': { inputPerMillionUsd: 1, outputPerMillionUsd: 1 } },
          }),
        );
      await config(null);
      const job = await folder.job('posts', 'posts.jsonl', { provider: 'local' });
      const runId = await stopAt('uploading', ['run', job, '--yes']);
      await config(0.000001);
      for (const args of [
        ['resume', runId],
        ['run', job, '--yes'],
      ]) {
        const { code, stderr } = await runCli(args, folder.path);
        expect([code, stderr]).toEqual([
          2,
          expect.stringMatching(/may cost \$0\.\d{4}, more than the cap of < \$0\.0001/),
        ]);
      }
      await config(null);
      await folder.job('posts', 'posts.jsonl', { provider: 'local', budget: { maxUsd: 0.000001 } });
      expect((await runCli(['resume', runId], folder.path)).stderr).toContain('more than the cap');
      await config(null, 'http://127.0.0.1:9/v1');
      const moved = await runCli(['cancel', runId], folder.path);
      expect([moved.code, moved.stderr]).toEqual([2, expect.stringMatching(/lives at .*, not at .*:9\/v1: .*--new/)]);
      await config(null);
      const cancelled = await runCli(['cancel', runId], folder.path);
      expect(cancelled.code, cancelled.stderr).toBe(3);
    } finally {
      await server.close();
    }
  });
});

describe('a job that is run three times at once', () => {
  it('is sent once: one process drives the run, the others name it', async () => {
    const job = await folder.job('posts', 'posts.jsonl');
    const ends = await Promise.all([1, 2, 3].map(() => runCli(['run', job, ...REHEARSAL], folder.path)));
    expect(ends.map(({ code }) => code).sort()).toEqual([0, 2, 2]);
    const runs = await readdir(path.join(folder.path, 'runs'));
    expect(runs).toHaveLength(1);
    for (const { code, stderr } of ends) {
      if (code === 2)
        expect(stderr).toMatch(/Run \S+ is driven by the command line \(process |holds the results of run/);
    }
  });
});

describe('a finished run', () => {
  it('is shown with its results by resume and cancel, without a service', async () => {
    const job = await folder.job('posts', 'posts.jsonl');
    const { stdout } = await runCli(['run', job, ...REHEARSAL, '--json'], folder.path);
    const { runId, ...end } = lines(stdout).at(-1) ?? {};
    const service = path.join(folder.path, 'runs', String(runId), 'rehearsal');
    await rm(service, { recursive: true });
    const resumed = await runCli(['resume', String(runId), '--json'], folder.path);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain(`Run ${String(runId)} is finished already`);
    expect(lines(resumed.stdout)).toEqual([expect.objectContaining({ type: 'run', runId }), { ...end, runId }]);
    const cancelled = await runCli(['cancel', String(runId)], folder.path);
    expect(cancelled.code).toBe(0);
    expect(cancelled.stdout).toContain('results.parquet');
    await expect(access(service)).rejects.toThrow();
    const status = await runCli(['status', String(runId), '--json'], folder.path);
    expect(JSON.parse(status.stdout)).toMatchObject({ state: 'finished' });
  });
});

describe('a reader that leaves', () => {
  it('does not stop a run', async () => {
    const job = await folder.job('posts', 'posts.jsonl');
    const run = startCli(['run', job, ...REHEARSAL, '--json'], folder.path);
    await until(() => run.stdout().split('\n').length > 2);
    run.process.stdout?.destroy();
    run.process.stderr?.destroy();
    expect((await run.end).code).toBe(0);
    const list = await runCli(['runs', '--json'], folder.path);
    expect(JSON.parse(list.stdout)).toMatchObject([{ state: 'finished' }]);
  });

  it.each([['plan'], ['rows'], ['profile']])('ends %s quietly', async (command) => {
    const job = await folder.job('posts', 'posts.jsonl');
    const what = command === 'plan' ? job : path.join(folder.path, 'posts.jsonl');
    const run = startCli([command, what, '--json'], folder.path);
    run.process.stdout?.destroy();
    const { code, stderr } = await run.end;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/EPIPE|^\s+at /m);
  });
});

describe('before anything is made', () => {
  it('a fault that does not exist, or is meant for another provider, is refused', async () => {
    const job = await folder.job('posts', 'posts.jsonl');
    const mistyped = await runCli(['run', job, ...REHEARSAL, '--fault', 'drop-aftr'], folder.path);
    expect([mistyped.code, mistyped.stderr]).toEqual([
      2,
      expect.stringContaining("Unknown rehearsal fault 'drop-aftr'"),
    ]);
    const env = { OPENAI_API_KEY: 'sk-secret' };
    const misplaced = await runCli(['run', job, '--provider', 'openai', '--fault', 'slow'], folder.path, env);
    expect([misplaced.code, misplaced.stderr]).toEqual([2, expect.stringContaining('rehearsal only')]);
    expect((await readdir(folder.path)).sort()).toEqual(['posts.jsonl', 'posts.tranche.json']);
  });

  it('a state folder that cannot hold runs is named, and nothing is left in it', async () => {
    const job = await folder.job('posts', 'posts.jsonl');
    await folder.write('runs', 'a file');
    const { code, stderr } = await runCli(['run', job, ...REHEARSAL, '--new'], folder.path);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^tranche: \/.*\/runs cannot be written/m)]);
    expect(await readdir(path.join(folder.path, 'planned'))).toEqual([]);
  });

  it('a job for a provider that is not set up here is planned and profiled without prices', async () => {
    const job = await folder.job('posts', 'posts.jsonl', { provider: 'elsewhere' });
    const note = expect.stringContaining('"elsewhere" is not set up on this machine') as string;
    const plan = await runCli(['plan', job, '--json'], folder.path);
    expect(plan.code, plan.stderr).toBe(0);
    const made = JSON.parse(plan.stdout) as { warnings: string[]; cost: { known: string } };
    expect(made.warnings).toContainEqual(note);
    expect(made.cost.known).toBe('unknown');
    const profile = await runCli(['profile', 'posts.jsonl', '--job', job, '--json'], folder.path);
    expect(profile.code, profile.stderr).toBe(0);
    expect((JSON.parse(profile.stdout) as { warnings: string[] }).warnings).toContainEqual(note);
    expect((await runCli(['run', job], folder.path)).code).toBe(2);
  });
});
