import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRenderFolder } from '../../../src/platform/renderFolder.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-render-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a folder for rendered chunks', () => {
  it.each(['chunk-0001.jsonl', 'keys.parquet', 'manifest.json.part', 'notes.txt'])(
    'never touches a %s that no rendering of ours left',
    async (name) => {
      await writeFile(path.join(folder, name), 'mine');
      await expect(openRenderFolder(folder)).rejects.toMatchObject({
        code: 'exists',
        message: `${folder} is not empty (it holds ${name}); name a new folder.`,
      });
      expect(await readFile(path.join(folder, name), 'utf8')).toBe('mine');
    },
  );

  it('replaces what an interrupted rendering left, a half-written manifest too', async () => {
    const first = await openRenderFolder(folder);
    const sink = await first.openSink(1, null);
    await sink.write(bytes('old'));
    await sink.close();
    await (await first.openSink(2, null)).write(bytes('half'));
    await writeFile(path.join(folder, 'manifest.json.part'), '{');
    const second = await openRenderFolder(folder);
    expect((await readdir(folder)).sort()).toEqual(['.tranche-rendering', 'keys.parquet.part']);
    await second.keys.commit();
    await second.writeManifest('{}');
    expect((await readdir(folder)).sort()).toEqual(['keys.parquet', 'manifest.json']);
    await expect(openRenderFolder(folder)).rejects.toThrow('already holds rendered chunks');
  });

  it('is refused when something foreign came among the leftovers', async () => {
    await openRenderFolder(folder);
    await writeFile(path.join(folder, 'notes.txt'), 'mine');
    await expect(openRenderFolder(folder)).rejects.toThrow('it holds notes.txt');
  });
});
