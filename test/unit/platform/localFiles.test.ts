import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetFiles } from '../../../src/core/datasets/datasetFiles.ts';
import { localFiles } from '../../../src/platform/localFiles.ts';

const signal = new AbortController().signal;
const store = localFiles();
let root = '';
beforeEach(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), 'tranche-files-')));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function put(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), name);
  }
}

async function found(uri: string): Promise<string[]> {
  const { files } = await datasetFiles(path.join(root, uri), store, signal);
  return files.map(({ name }) => name);
}

describe('a glob', () => {
  it.each(['proj', 'proj (copy)', 'proj[1]', 'pro{a,b}j', '!proj', 'a+(b)|@(c)', '*'])(
    'in a folder called "%s" gives the same names',
    async (folder) => {
      await put(
        `${folder}/posts/a.jsonl`,
        `${folder}/posts/deep/b.jsonl`,
        `${folder}/posts/c.csv`,
        'proj1/posts/x.jsonl',
      );
      expect(await found(`${folder}/posts/*.jsonl`)).toEqual(['a.jsonl']);
      expect(await found(`${folder}/posts/**/*.jsonl`)).toEqual(['a.jsonl', 'deep/b.jsonl']);
    },
  );

  it('has no wildcards but its own', async () => {
    await put('a (1).csv', 'b1.csv', 'b2.csv', '!c1.csv', 'd|1.csv');
    expect(await found('a (1)*')).toEqual(['a (1).csv']);
    expect(await found('a (?).csv')).toEqual(['a (1).csv']);
    expect(await found('!c*.csv')).toEqual(['!c1.csv']);
    expect(await found('d|*.csv')).toEqual(['d|1.csv']);
    expect(await found('b[!1].csv')).toEqual(['b2.csv']);
    expect(await found('{b1,b2}.csv')).toEqual(['b1.csv', 'b2.csv']);
    await expect(found('b(1|2).csv')).rejects.toThrow('does not exist');
    await expect(found('@(b1|b2)*.csv')).rejects.toThrow('No file matches');
    await expect(found('gone[1]/b*.csv')).rejects.toThrow('No file matches');
  });
});

describe('a folder', () => {
  it('is read through links to folders and files, round no loop', async () => {
    await put('data/a.csv', 'elsewhere/b.csv', 'elsewhere/deep/c.csv', 'one.csv');
    await symlink(path.join(root, 'elsewhere'), path.join(root, 'data/linked'));
    await symlink(path.join(root, 'one.csv'), path.join(root, 'data/one.csv'));
    await symlink(path.join(root, 'data'), path.join(root, 'data/loop'));
    await symlink(path.join(root, 'data'), path.join(root, 'elsewhere/deep/back'));
    await symlink(root, path.join(root, 'data/_hidden'));
    expect(await found('data')).toEqual(['a.csv', 'linked/b.csv', 'linked/deep/c.csv', 'one.csv']);
  });
});
