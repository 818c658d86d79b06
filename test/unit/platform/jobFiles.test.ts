import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openJobFiles } from '../../../src/platform/jobFiles.ts';
import type { JobFiles } from '../../../src/core/job/jobFiles.ts';

let root: string;
let files: JobFiles;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tranche-job-'));
  const job = path.join(root, 'job');
  await mkdir(path.join(job, 'prompts'), { recursive: true });
  await mkdir(path.join(job, '..prompts'));
  await mkdir(path.join(root, 'job-other'));
  await writeFile(path.join(root, 'secret.md'), 'secret');
  await writeFile(path.join(root, 'job-other', 'a.md'), 'secret');
  await writeFile(path.join(job, 'prompt.md'), '\ufeffJudge é\r\n');
  await writeFile(path.join(job, 'prompts', 'a.md'), 'A');
  await writeFile(path.join(job, '..prompts', 'a.md'), 'dots');
  await writeFile(path.join(job, 'latin.md'), Uint8Array.of(0x4a, 0xe9, 0x0a));
  await writeFile(path.join(job, 'largest.md'), 'x'.repeat(10_000_000));
  await writeFile(path.join(job, 'large.md'), 'x'.repeat(10_000_001));
  await symlink(path.join(root, 'secret.md'), path.join(job, 'link.md'));
  await symlink(root, path.join(job, 'up'));
  await symlink('prompts/a.md', path.join(job, 'inner.md'));
  await symlink('loop.md', path.join(job, 'loop.md'));
  execFileSync('mkfifo', [path.join(job, 'pipe.md')]);
  files = openJobFiles(path.join(job, 'posts.tranche.json'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe("a file of the job's folder", () => {
  test.each([
    ['prompt.md', 'Judge é\r\n'],
    ['./prompts/a.md', 'A'],
    ['prompts/../prompts/a.md', 'A'],
    ['..prompts/a.md', 'dots'],
    ['inner.md', 'A'],
  ])('%s is read', async (name, text) => {
    expect(await files.readText(name)).toBe(text);
  });

  test('of ten megabytes is the largest', async () => {
    expect((await files.readText('largest.md')).length).toBe(10_000_000);
    await expect(files.readText('large.md')).rejects.toThrow(
      'the file "large.md" is larger than 10 MB; a request cannot be that long.',
    );
  });

  test.each([
    ['../secret.md', 'outside'],
    ['prompts/../../secret.md', 'outside'],
    ['../job-other/a.md', 'outside'],
    ['link.md', 'outside'],
    ['up/secret.md', 'outside'],
    ['/etc/passwd', 'outside'],
    ['C:\\secret.md', 'outside'],
    ['.', 'outside'],
    ['up/job/prompt.md', null],
    ['missing.md', 'the file "missing.md" is not there.'],
    ['prompt.md/x', 'the file "prompt.md/x" is not there.'],
    ['prompts', '"prompts" is not a file.'],
    ['pipe.md', '"pipe.md" is not a file.'],
    ['loop.md', 'the file "loop.md" is a link that leads back to itself.'],
    ['latin.md', 'the file "latin.md" is not UTF-8 text; save it as UTF-8.'],
    ['a\0b', 'a file name holds no zero character.'],
  ])('%j: %s', async (name, sentence) => {
    const outside = `the file "${name}" lies outside the job's folder; copy it next to the job.`;
    if (sentence === null) expect(await files.readText(name)).toContain('Judge');
    else await expect(files.readText(name)).rejects.toThrow(sentence === 'outside' ? outside : sentence);
  });
});

test("paths begin at the job's folder, absolute ones and file URLs stay", () => {
  expect(files.resolve('posts/*.csv')).toBe(path.join(root, 'job', 'posts/*.csv'));
  expect(files.resolve('../posts.csv')).toBe(path.join(root, 'posts.csv'));
  expect(files.resolve('/data/posts.csv')).toBe('/data/posts.csv');
  expect(files.resolve(pathToFileURL('/data/a b.csv').href)).toBe('/data/a b.csv');
  expect(() => files.resolve('file://host/x')).toThrow(
    '"file://host/x" is not the URL of a local file; write its path instead.',
  );
});
