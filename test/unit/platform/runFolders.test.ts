import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskError } from '../../../src/platform/diskError.ts';
import { openOwnedRun } from '../../../src/platform/ownedRun.ts';
import { openRunFiles } from '../../../src/platform/runFiles.ts';
import { listRunIds, newRunId, runFolder } from '../../../src/platform/runFolders.ts';
import { systemClock } from '../../../src/platform/systemClock.ts';

const signal = new AbortController().signal;
let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tranche-home-'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe('run folders', () => {
  it('have ids that sort by age', () => {
    const ids = [0, 1_000, 60_000, 86_400_000].map((later) => newRunId(Date.UTC(2026, 10, 24, 6, 5) + later));
    expect(ids[0]).toMatch(/^20261124-060500-[a-z0-9]{4}$/);
    expect(ids).toEqual([...ids].sort());
    expect(ids.every((id) => runFolder(root, id) === path.join(root, 'runs', id))).toBe(true);
  });

  it.each(['', '..', '../x', '20261124-060500-ab/..', 'runs', '20261124-060500-ABCD'])('refuse "%s" as an id', (id) => {
    expect(() => runFolder(root, id)).toThrow(expect.objectContaining({ code: 'usage' }) as Error);
  });

  it('are listed newest first, without what is no run', async () => {
    expect(await listRunIds(root)).toEqual([]);
    for (const name of ['20261124-060500-aaaa', '20261125-060500-bbbb', 'notes']) {
      await mkdir(path.join(root, 'runs', name), { recursive: true });
    }
    expect(await listRunIds(root)).toEqual(['20261125-060500-bbbb', '20261124-060500-aaaa']);
  });
});

describe('an owned run', () => {
  it('is held by one at a time, and fences above its journal even if the lease was lost', async () => {
    const folder = runFolder(root, '20261124-060500-aaaa');
    const first = await openOwnedRun(folder, 'CLI', systemClock());
    await expect(openOwnedRun(folder, 'editor', systemClock())).rejects.toThrow(
      `Run 20261124-060500-aaaa is driven by the command line (process ${process.pid}`,
    );
    await first.journal.append({ type: 'note', message: 'a' });
    await first.close();
    await rm(path.join(folder, 'lease'), { recursive: true });
    const second = await openOwnedRun(folder, 'CLI', systemClock());
    expect(second.lease.fence).toBe(2);
    expect(second.journal.records).toHaveLength(1);
    await second.close();
  });
});

describe('the folder of a run', () => {
  it.skipIf(process.platform === 'win32')('is closed to other users, also above it', async () => {
    const folder = runFolder(path.join(root, 'state'), '20261124-060500-aaaa');
    await (await openOwnedRun(folder, 'CLI', systemClock())).close();
    const modes = await Promise.all(
      [folder, path.join(root, 'state')].map(async (name) => (await stat(name)).mode & 0o777),
    );
    expect(modes).toEqual([0o700, 0o700]);
  });
});

describe('files of a run', () => {
  async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
    for (const text of texts) yield new TextEncoder().encode(text);
  }

  it('are written whole, with length and hash, over an earlier one', async () => {
    const files = openRunFiles(root);
    await files.save('answers/a.jsonl', pieces('old and longer'), signal);
    expect(await files.save('answers/a.jsonl', pieces('ab', 'c'), signal)).toEqual({
      name: 'answers/a.jsonl',
      bytes: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
    expect(await readFile(path.join(root, 'answers/a.jsonl'), 'utf8')).toBe('abc');
  });

  it('leave nothing behind when they break off', async () => {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield* pieces('half');
      throw new Error('broken');
    };
    await expect(openRunFiles(root).save('answers/a.jsonl', broken(), signal)).rejects.toThrow('broken');
    expect(await readdir(path.join(root, 'answers'))).toEqual([]);
    await expect(stat(path.join(root, 'answers/a.jsonl'))).rejects.toThrow();
  });

  it('stop when they are told to', async () => {
    await expect(openRunFiles(root).save('a', pieces('x'), AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('errors of the disk', () => {
  it.each([
    ['ENOSPC', 'The disk is full: x could not be written; free some space and try again.'],
    ['EDQUOT', 'The disk is full: x could not be written; free some space and try again.'],
    ['EACCES', 'x may not be written; give yourself the right to it and try again.'],
    ['EIO', 'x cannot be written (EIO).'],
  ])('say %s in words', (code, message) => {
    expect(diskError(Object.assign(new Error('raw'), { code }), 'x')).toMatchObject({ code: 'disk', message });
  });
});
