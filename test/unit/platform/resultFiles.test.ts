import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Occupant } from '../../../src/core/collect/resultFolder.ts';
import { TrancheError } from '../../../src/core/errors.ts';
import { openResultFolder } from '../../../src/platform/resultFiles.ts';

const NAMES = ['results.parquet', 'results.jsonl', 'failures.parquet', 'manifest.json'];
const NEVER = new AbortController().signal;

let parent = '';
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tranche-folder-'));
});
afterEach(() => rm(parent, { recursive: true }));

async function put(runId: string, ...names: string[]) {
  const folder = openResultFolder(join(parent, 'out'), runId);
  for (const name of names) {
    const file = await folder.create(name);
    await file.write(new TextEncoder().encode(`${runId}:`));
    await file.write(new TextEncoder().encode(name));
    await file.close();
  }
  return folder;
}

const inside = async () => (await readdir(join(parent, 'out'))).sort();

describe('openResultFolder', () => {
  it('shows nothing before it is published, and then everything', async () => {
    const folder = await put('r', 'results.parquet', 'manifest.json');
    await expect(inside()).rejects.toThrow(/ENOENT/);
    expect(await folder.occupant(NAMES, NEVER)).toEqual({ kind: 'free' });
    await folder.publish(NAMES, () => undefined);
    expect(await inside()).toEqual(['manifest.json', 'results.parquet']);
    expect(await readFile(folder.at('results.parquet'), 'utf8')).toBe('r:results.parquet');
    expect(await readdir(parent)).toEqual(['out']);
    expect(await folder.occupant(NAMES, NEVER)).toEqual({ kind: 'results', manifest: 'r:manifest.json' });
  });

  it('replaces its own files and removes those not written again, but nobody elses', async () => {
    await (await put('one', 'results.parquet', 'results.jsonl', 'manifest.json')).publish(NAMES, () => undefined);
    await writeFile(join(parent, 'out', 'notes.txt'), 'mine');
    await (await put('two', 'results.parquet', 'manifest.json')).publish(NAMES, () => undefined);
    expect(await inside()).toEqual(['manifest.json', 'notes.txt', 'results.parquet']);
    expect(await readFile(join(parent, 'out', 'results.parquet'), 'utf8')).toBe('two:results.parquet');
  });

  it('leaves nothing behind when it is discarded, with files still open', async () => {
    const folder = await put('r', 'results.parquet');
    await folder.create('failures.parquet');
    await folder.discard();
    expect(await readdir(parent)).toEqual([]);
  });

  it('begins anew where the same run was stopped', async () => {
    await put('r', 'results.jsonl');
    await (await put('r', 'results.parquet', 'manifest.json')).publish(NAMES, () => undefined);
    expect(await inside()).toEqual(['manifest.json', 'results.parquet']);
    expect(await readdir(parent)).toEqual(['out']);
  });

  it('knows whose half-moved results lie there, and that a lone table is nobodys', async () => {
    await mkdir(join(parent, 'out'));
    await writeFile(join(parent, 'out', 'results.parquet'), '');
    const folder = openResultFolder(join(parent, 'out'), 'r');
    expect(await folder.occupant(NAMES, NEVER)).toEqual({ kind: 'foreign', name: 'results.parquet' });
    await writeFile(join(parent, 'out', '.tranche-moving'), 'r\n');
    expect(await folder.occupant(NAMES, NEVER)).toEqual({ kind: 'unfinished', runId: 'r' });
  });

  it('has no manifest while files are moved in', async () => {
    await (await put('one', 'results.parquet', 'manifest.json')).publish(NAMES, () => undefined);
    await rm(join(parent, 'out', 'results.parquet'));
    await mkdir(join(parent, 'out', 'results.parquet', 'in the way'), { recursive: true });
    const second = await put('two', 'results.parquet', 'manifest.json');
    await expect(second.publish(NAMES, () => undefined)).rejects.toMatchObject({ code: 'disk' });
    expect(await inside()).toEqual(['.tranche-moving', 'results.parquet']);
    expect(await second.occupant(NAMES, NEVER)).toEqual({ kind: 'unfinished', runId: 'two' });
  });

  it('shows what another run put there since, and leaves it where that must stay', async () => {
    const late = await put('late', 'results.parquet', 'manifest.json');
    await (await put('early', 'results.parquet', 'manifest.json')).publish(NAMES, () => undefined);
    const refuse = (occupant: Occupant) => {
      if (occupant.kind !== 'free') throw new Error(JSON.stringify(occupant));
    };
    await expect(late.publish(NAMES, refuse)).rejects.toThrow('early:manifest.json');
    expect(await inside()).toEqual(['manifest.json', 'results.parquet']);
    expect(await readFile(late.at('results.parquet'), 'utf8')).toBe('early:results.parquet');
    await writeFile(join(parent, 'out', '.tranche-moving'), 'third\n');
    await expect((await put('late', 'manifest.json')).publish(NAMES, refuse)).rejects.toThrow('third');
    expect(await inside()).toEqual(['.tranche-moving', 'manifest.json', 'results.parquet']);
  });

  it('lets one of many runs that publish at once have it, whole', async () => {
    const runs = await Promise.all(
      Array.from({ length: 8 }, (_, at) => put(`run-${at}`, 'results.parquet', 'manifest.json')),
    );
    const refuse = (occupant: Occupant) => {
      if (occupant.kind !== 'free') throw new TrancheError('exists', 'taken');
    };
    const ends = await Promise.allSettled(runs.map((run) => run.publish(NAMES, refuse)));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await inside()).toEqual(['manifest.json', 'results.parquet']);
    const winner = ends.findIndex(({ status }) => status === 'fulfilled');
    for (const name of await inside())
      expect(await readFile(join(parent, 'out', name), 'utf8')).toBe(`run-${winner}:${name}`);
  });

  it.runIf(existsSync('/dev/shm'))('may be a link to another disk', async () => {
    const other = await mkdtemp('/dev/shm/tranche-folder-');
    try {
      await symlink(other, join(parent, 'out'));
      await (await put('r', 'results.parquet', 'manifest.json')).publish(NAMES, () => undefined);
      expect((await readdir(other)).sort()).toEqual(['manifest.json', 'results.parquet']);
      expect(await readFile(join(other, 'results.parquet'), 'utf8')).toBe('r:results.parquet');
      expect(await readdir(parent)).toEqual(['out']);
    } finally {
      await rm(other, { recursive: true });
    }
  });

  it('names the folder when it cannot be written', async () => {
    await writeFile(join(parent, 'file'), '');
    const folder = openResultFolder(join(parent, 'file', 'out'), 'r');
    await expect(folder.create('x')).rejects.toMatchObject({ code: 'disk' });
    await expect(folder.create('x')).rejects.toThrow(join(parent, 'file', 'out'));
  });
});
