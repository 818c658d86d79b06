import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { passingChunks } from '../../../src/platform/chunkFiles.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tranche-chunks-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('passing chunks', () => {
  it('go to files of a folder that is made for them once memory is spoken for, and are gone when released', async () => {
    const folder = path.join(root, 'runs', 'a', 'chunks');
    const open = passingChunks(folder, 10);
    const [inMemory, onDisk] = [await open(1, 10), await open(2, 1)];
    await inMemory.write(bytes('0123456789'));
    await onDisk.write(bytes('x'));
    const [first, second] = [await inMemory.close(), await onDisk.close()];
    expect(first.body).toMatchObject({ kind: 'bytes' });
    const file = second.body.kind === 'file' ? second.body.path : '';
    expect(await readFile(file, 'utf8')).toBe('x');
    await second.release();
    expect(await readdir(folder)).toEqual([]);
    await first.release();
    expect(first.body).toEqual({ kind: 'bytes', parts: [] });
    expect((await (await open(3, 10)).close()).body.kind).toBe('bytes');
  });
});
