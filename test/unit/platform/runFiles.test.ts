import { mkdtemp, readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRunFiles } from '../../../src/platform/runFiles.ts';

const signal = new AbortController().signal;
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* pieces(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield new TextEncoder().encode(text);
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield* pieces('half');
  throw new Error('broken');
}

describe("a run's files", () => {
  it('take the place of what a killed process left half written', async () => {
    await mkdir(path.join(folder, 'answers'));
    await writeFile(path.join(folder, 'answers', 'a.jsonl.part'), 'a much longer leftover');
    expect(await openRunFiles(folder).save('answers/a.jsonl', pieces('x', 'yz'), signal)).toMatchObject({ bytes: 3 });
    expect(await readdir(path.join(folder, 'answers'))).toEqual(['a.jsonl']);
    expect(await readFile(path.join(folder, 'answers', 'a.jsonl'), 'utf8')).toBe('xyz');
  });

  it('leave nothing behind when what they are made of breaks', async () => {
    await expect(openRunFiles(folder).save('answers/a.jsonl', broken(), signal)).rejects.toThrow('broken');
    expect(await readdir(path.join(folder, 'answers'))).toEqual([]);
  });

  it('are the saved ones only while no byte of them is another, missing or more', async () => {
    const files = openRunFiles(folder);
    const saved = await files.save('a.jsonl', pieces('0123456789'), signal);
    const file = path.join(folder, 'a.jsonl');
    expect(await files.isSaved(saved, signal)).toBe(true);
    for (const other of ['012345678', '01234567890', '0123x56789', '']) {
      await writeFile(file, other);
      expect(await files.isSaved(saved, signal)).toBe(false);
    }
    await rm(file);
    expect(await files.isSaved(saved, signal)).toBe(false);
    const empty = await files.save('b.jsonl', pieces(), signal);
    expect(await files.isSaved(empty, signal)).toBe(true);
  });
});
