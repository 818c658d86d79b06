import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweepLeftovers } from '../../../src/platform/sweepLeftovers.ts';
import { openTempSpace } from '../../../src/platform/tempSpace.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tranche-sweep-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const DAY_MS = 86_400_000;
const now = Date.UTC(2026, 10, 24);

async function put(ageMs: number, folder: string, file = 'keys.parquet'): Promise<void> {
  await mkdir(path.join(root, folder), { recursive: true });
  await writeFile(path.join(root, folder, file), 'x');
  await utimes(path.join(root, folder), (now - ageMs) / 1000, (now - ageMs) / 1000);
}

describe('what killed processes left', () => {
  it('goes after a day; runs, young things and the things of others stay', async () => {
    const { pid: dead } = spawnSync(process.execPath, ['-e', '']);
    await put(2 * DAY_MS, 'planned/20261120-060500-aaaa');
    await put(DAY_MS / 2, 'planned/20261123-060500-bbbb');
    await put(2 * DAY_MS, 'planned/notes');
    await put(2 * DAY_MS, 'runs/20261120-060500-cccc', 'run.json');
    await put(2 * DAY_MS, 'runs/20261120-060500-dddd', 'journal.jsonl');
    await put(2 * DAY_MS, `temp/tranche-scratch-${dead}-xxxxxx`, '0');
    await put(2 * DAY_MS, `temp/tranche-scratch-${process.pid}-xxxxxx`, '0');
    await put(2 * DAY_MS, 'temp/tranche-of-somebody', '0');
    await sweepLeftovers(root, now, path.join(root, 'temp'));
    const left = async (folder: string): Promise<string[]> => (await readdir(path.join(root, folder))).sort();
    expect(await left('planned')).toEqual(['20261123-060500-bbbb', 'notes']);
    expect(await left('runs')).toEqual(['20261120-060500-dddd']);
    expect(await left('temp')).toEqual(['tranche-of-somebody', `tranche-scratch-${process.pid}-xxxxxx`]);
    await sweepLeftovers(path.join(root, 'nowhere'), now, path.join(root, 'nowhere'));
  });

  it('is known as ours by the name of scratch folders, and a place without room for them is named', async () => {
    const temp = openTempSpace(root);
    await temp.create();
    expect(await readdir(root)).toEqual([expect.stringMatching(new RegExp(`^tranche-scratch-${process.pid}-`))]);
    await temp.close();
    expect(await readdir(root)).toEqual([]);
    const nowhere = openTempSpace(path.join(root, 'nowhere'));
    await expect(nowhere.create()).rejects.toThrow(
      `scratch files below ${path.join(root, 'nowhere')} cannot be written`,
    );
    await nowhere.close();
  });
});
