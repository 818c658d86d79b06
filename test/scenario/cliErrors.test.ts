import { chmod, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';
import { openWorkFolder, postsJsonl, type JobOverrides, type WorkFolder } from '../support/workFolder.ts';

let folder: WorkFolder;
beforeAll(async () => {
  folder = await openWorkFolder();
});
afterAll(() => folder.remove());

/** One sentence on standard error, whatever progress came before it; never a stack. */
function sentence(stderr: string): string {
  expect(stderr).not.toMatch(/^\s+at /m);
  const said = stderr.split('\n').filter((line) => line.startsWith('tranche: '));
  expect(said, stderr).toHaveLength(1);
  return said[0] ?? '';
}

interface Case {
  readonly name: string;
  readonly file: string;
  readonly content: string | Uint8Array;
  readonly says: RegExp;
  readonly overrides?: JobOverrides;
}

const cases: readonly Case[] = [
  { name: 'an empty file', file: 'empty.csv', content: '', says: /empty\.csv is empty/ },
  {
    name: 'a truncated Parquet file',
    file: 'cut.parquet',
    content: Buffer.from('PAR1\x15\x04\x00\xff and no more', 'latin1'),
    says: /cut\.parquet is not a Parquet file or was cut short/,
  },
  {
    name: 'a foreign file with the wrong ending',
    file: 'foreign.parquet',
    content: 'hello, this is text',
    says: /foreign\.parquet is not a Parquet file/,
  },
  {
    name: 'a broken line of JSON',
    file: 'broken.jsonl',
    content: '{"id":"a","text":"x"}\n{"id":"b","text":}\n',
    says: /broken\.jsonl: row 2 \(line 2\)/,
  },
  {
    name: 'a record with too many fields',
    file: 'fields.csv',
    content: 'id,text\na,b\nc,d,e\n',
    says: /fields\.csv: row 2 \(line 3\) has 3 fields/,
  },
  {
    name: 'a quote that never closes',
    file: 'quote.csv',
    content: 'id,text\na,b\nc,"d\n',
    says: /quote\.csv: row 2 \(line 3\) opens a quote/,
  },
  {
    name: 'duplicate keys',
    file: 'twice.jsonl',
    content: '{"id":"a","text":"x"}\n{"id":"b","text":"x"}\n{"id":"a","text":"y"}\n',
    says: /Rows 1 and 3 have the same key "a"/,
  },
  {
    name: 'a null key',
    file: 'nokey.jsonl',
    content: '{"id":"a","text":"x"}\n{"text":"y"}\n',
    says: /nokey\.jsonl, row 2 has no key/,
  },
  {
    name: 'a template without its column',
    file: 'posts.jsonl',
    content: postsJsonl(2),
    says: /template\.tranche\.json:\d+:\d+: .*\{\{txt\}\}.*"text"/,
    overrides: { content: '{{txt}}' },
  },
  {
    name: 'a key that is no column',
    file: 'posts.jsonl',
    content: postsJsonl(2),
    says: /:\d+:\d+: "idd" in dataset\.key/,
    overrides: { dataset: { key: 'idd' } },
  },
  {
    name: 'a null the job fails on',
    file: 'null.jsonl',
    content: '{"id":"a","text":"x"}\n{"id":"b","text":null}\n',
    says: /null\.jsonl, row 2 \(key "b"\) cannot be sent: its "text" is null/,
    overrides: { request: { onNull: 'fail' } },
  },
  {
    name: 'a row bigger than any limit the job fails on',
    file: 'posts.jsonl',
    content: postsJsonl(2),
    says: /row 1 \(key "post-1"\) cannot be sent: its line is longer than 100 bytes/,
    overrides: { limits: { maxBytes: 100, oversized: 'fail' } },
  },
  {
    name: 'a dataset that is not there',
    file: 'other.jsonl',
    content: '',
    says: /missing\.jsonl does not exist/,
    overrides: { dataset: { uri: 'missing.jsonl' } },
  },
  {
    name: 'a Delta table',
    file: 'delta/_delta_log/00000000000000000000.json',
    content: '{}',
    says: /Delta/,
    overrides: { dataset: { uri: 'delta' } },
  },
  {
    name: 'a $file outside the folder',
    file: 'posts.jsonl',
    content: postsJsonl(2),
    says: /:\d+:\d+: .*\.\.\/secret\.md/,
    overrides: { request: { body: { messages: [{ role: 'user', content: { $file: '../secret.md' } }] } } },
  },
  {
    name: 'an unknown key',
    file: 'posts.jsonl',
    content: postsJsonl(2),
    says: /:\d+:\d+: unknown key "limits.maxByte".*"maxBytes"/,
    overrides: { limits: { maxByte: 5 } },
  },
];

describe('bad input', () => {
  it.each(cases)('$name is one sentence and exit code 2', async ({ name, file, content, says, overrides }) => {
    await folder.write(file, content);
    const job = await folder.job(name.includes('template') ? 'template' : 'job', file, overrides);
    const { code, stderr, stdout } = await runCli(['plan', job], folder.path);
    expect(sentence(stderr)).toMatch(says);
    expect(code).toBe(2);
    expect(stdout).toBe('');
  });

  it('a job file with a syntax error is named with line and column', async () => {
    const job = await folder.write('syntax.tranche.json', '{\n  "dataset": {\n');
    const { code, stderr } = await runCli(['plan', job], folder.path);
    expect(sentence(stderr)).toMatch(/syntax\.tranche\.json:3:\d+: /);
    expect(code).toBe(2);
  });

  it('no provider, no key and an unaccepted cost are exit code 2 before anything is made', async () => {
    await folder.write('posts.jsonl', postsJsonl(3));
    const job = await folder.job('money', 'posts.jsonl');
    const none = await runCli(['run', job], folder.path);
    expect([none.code, sentence(none.stderr)]).toEqual([2, expect.stringContaining('--provider')]);
    const keyless = await runCli(['run', job, '--provider', 'openai'], folder.path);
    expect([keyless.code, sentence(keyless.stderr)]).toEqual([2, expect.stringContaining('OPENAI_API_KEY')]);
    const unasked = await runCli(['run', job, '--provider', 'openai'], folder.path, { OPENAI_API_KEY: 'sk-secret' });
    expect([unasked.code, sentence(unasked.stderr)]).toEqual([2, expect.stringContaining('--yes')]);
    expect(unasked.stderr).not.toContain('sk-secret');
    const capped = await folder.job('capped', 'posts.jsonl', { budget: { maxUsd: 0.000001 } });
    const over = await runCli(['run', capped, '--provider', 'openai', '--yes'], folder.path, {
      OPENAI_API_KEY: 'sk-secret',
    });
    expect([over.code, sentence(over.stderr)]).toEqual([2, expect.stringContaining('cap')]);
    expect(await readdir(folder.path)).not.toContain('runs');
  });

  it('an unknown price wants its own consent', async () => {
    await folder.write('posts.jsonl', postsJsonl(3));
    const job = await folder.job('odd', 'posts.jsonl', { request: { model: 'no-such-model' } });
    const { code, stderr } = await runCli(['run', job, '--provider', 'openai', '--yes'], folder.path, {
      OPENAI_API_KEY: 'k',
    });
    expect([code, sentence(stderr)]).toEqual([2, expect.stringContaining('--accept-unknown-cost')]);
  });

  it('a service that is not there ends in one sentence, and the run is kept', async () => {
    await folder.write('posts.jsonl', postsJsonl(3));
    const job = await folder.job('offline', 'posts.jsonl');
    const env = { OPENAI_API_KEY: 'sk-secret', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
    const { code, stderr } = await runCli(['run', job, '--provider', 'openai', '--yes', '--new'], folder.path, env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/tranche resume \d{8}-/);
    expect(stderr).not.toContain('sk-secret');
  });

  it('a read-only folder is named', async () => {
    await folder.write('posts.jsonl', postsJsonl(3));
    const job = await folder.job('job', 'posts.jsonl');
    const blocked = await folder.write('blocked', 'a file where a folder should be');
    await chmod(blocked, 0o444);
    const { code, stderr } = await runCli(['render', job, '--out', path.join(blocked, 'out')], folder.path);
    expect([code, sentence(stderr)]).toEqual([1, expect.stringContaining('blocked')]);
  });

  it('render says on standard error what it passed over', async () => {
    await folder.write('many/a.jsonl', postsJsonl(3));
    await folder.write('many/b.jsonl', '');
    const job = await folder.job('many', 'many');
    const { code, stderr } = await runCli(['render', job, '--out', path.join(folder.path, 'many.out')], folder.path);
    expect([code, stderr]).toEqual([0, expect.stringContaining('1 empty file was passed over.')]);
  });

  it('unknown commands and options are exit code 2', async () => {
    for (const args of [['frobnicate'], ['plan'], ['plan', 'x', '--nope'], ['render', 'x']]) {
      const { code, stderr } = await runCli(args, folder.path);
      expect([args, code]).toEqual([args, 2]);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  });
});
