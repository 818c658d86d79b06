import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSchema } from '../../../../src/core/collect/jsonSchema.ts';
import { writeResults } from '../../../../src/core/collect/writeResults.ts';
import { openResultFolder } from '../../../../src/platform/resultFiles.ts';
import { answerFile, chatLine, chunkOf, jobOf, keptRows } from './collectFixtures.ts';
import { CHAT, ID, openResultsWorld, type ResultsWorld } from './resultsWorld.ts';

let world: ResultsWorld;
beforeAll(async () => {
  world = await openResultsWorld();
});
afterAll(() => world.close());

describe('a results folder', () => {
  const kept = () => keptRows([ID], [], [{ texts: ['a', '1'], chunk: 1 }]);
  const chunks = [chunkOf(1, answerFile([chatLine('a', 'x')]))];

  it('of another run is kept without replace, and the sentence names it and the way out', async () => {
    await world.write('kept', jobOf(CHAT, {}), await kept(), chunks);
    const again = world.write('kept', jobOf(CHAT, {}), await kept(), chunks, { runId: 'run-2' });
    await expect(again).rejects.toMatchObject({ code: 'exists' });
    await expect(again).rejects.toThrow(/kept already holds the results of run run-1.*--replace/);
  });

  it('of the same run is written again', async () => {
    await world.write('again', jobOf(CHAT, {}, ['parquet', 'jsonl']), await kept(), chunks);
    const { results } = await world.write('again', jobOf(CHAT, {}, ['parquet']), await kept(), chunks);
    expect(results).toEqual([join(world.folder, 'again', 'results.parquet')]);
    await expect(readFile(join(world.folder, 'again', 'results.jsonl'))).rejects.toThrow(/ENOENT/);
  });

  it('of another run is overwritten with replace', async () => {
    await world.write('replaced', jobOf(CHAT, {}), await kept(), chunks);
    const { manifest } = await world.write('replaced', jobOf(CHAT, {}), await kept(), chunks, {
      runId: 'run-2',
      replace: true,
    });
    expect(await readFile(manifest, 'utf8')).toContain('"runId": "run-2"');
  });

  it('with a table nobody speaks for is left alone', async () => {
    const { manifest, results } = await world.write('foreign', jobOf(CHAT, {}), await kept(), chunks);
    await rm(manifest);
    await writeFile(results[0] ?? '', 'mine');
    await expect(world.write('foreign', jobOf(CHAT, {}), await kept(), chunks)).rejects.toThrow(
      /results.parquet.*--replace/,
    );
    expect(await readFile(results[0] ?? '', 'utf8')).toBe('mine');
  });

  it('that is a file is one clear sentence', async () => {
    await writeFile(join(world.folder, 'a-file'), '');
    await expect(world.write('a-file', jobOf(CHAT, {}), await kept(), chunks)).rejects.toThrow(
      /is a file, not a folder/,
    );
  });

  it('is untouched when the work is stopped', async () => {
    const stop = new AbortController();
    stop.abort();
    const input = {
      job: jobOf(CHAT, {}),
      planHash: 'h',
      runId: 'r',
      rows: 1,
      kept: await kept(),
      chunks,
      folder: openResultFolder(join(world.folder, 'stopped'), 'r'),
      replace: false,
      packer: null,
      compileSchema,
      checkRows: () => undefined,
    };
    await expect(writeResults(input, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    await expect(readFile(join(world.folder, 'stopped', 'manifest.json'))).rejects.toThrow(/ENOENT/);
  });

  it('is untouched when the work is stopped in its midst, and no file is left beside it', async () => {
    const stop = new AbortController();
    const many = await keptRows(
      [ID],
      [],
      Array.from({ length: 10_000 }, (_, row) => ({ texts: [`r${row}`, String(row)], chunk: 1 })),
    );
    const target = openResultFolder(join(world.folder, 'midst'), 'r');
    const create = (name: string) => {
      stop.abort();
      return target.create(name);
    };
    const input = {
      job: jobOf(CHAT, {}),
      planHash: 'h',
      runId: 'r',
      rows: many.rows,
      kept: many,
      chunks,
      folder: { ...target, create },
      replace: false,
      packer: null,
      compileSchema,
      checkRows: () => undefined,
    };
    await expect(writeResults(input, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect((await readdir(world.folder)).filter((name) => name.includes('midst'))).toEqual([]);
  });

  it('is finished by the run that was stopped while moving it in', async () => {
    const { manifest } = await world.write('moving', jobOf(CHAT, {}), await kept(), chunks);
    await rm(manifest);
    await writeFile(join(world.folder, 'moving', '.tranche-moving'), 'run-1\n');
    const other = world.write('moving', jobOf(CHAT, {}), await kept(), chunks, { runId: 'run-2' });
    await expect(other).rejects.toThrow(/results of run run-1/);
    await world.write('moving', jobOf(CHAT, {}), await kept(), chunks);
    expect(await readdir(join(world.folder, 'moving'))).toEqual([
      'failures.parquet',
      'manifest.json',
      'results.parquet',
    ]);
  });
});
