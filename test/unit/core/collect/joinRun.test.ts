import { describe, expect, it } from 'vitest';
import { openKeptRows } from '../../../../src/core/collect/keptRows.ts';
import { countChunk, joinRun } from '../../../../src/core/collect/joinRun.ts';
import { openKeptRowsWriter } from '../../../../src/core/collect/keptRowsWriter.ts';
import type { ByteSource } from '../../../../src/core/ports.ts';
import {
  answerFile,
  bytesSink,
  chatLine,
  chunkOf,
  keptColumn,
  keptRows,
  memorySource,
  NEVER,
  noCodecs,
  shapeOf,
} from './collectFixtures.ts';

const shape = shapeOf('/v1/chat/completions', {});
const ID = { name: 'id', type: { kind: 'utf8' }, nullable: false } as const;

describe('joinRun', () => {
  it('is an error where the kept rows name a chunk nobody knows, or one out of order', async () => {
    const rows = [2, 1].map((chunk) => ({ texts: [`r${chunk}`, 'x'], chunk }));
    const kept = await keptRows([ID], [], rows);
    const run = (chunks: number[]) =>
      joinRun({ kept, rows: 2, chunks: chunks.map((chunk) => chunkOf(chunk)), shape, onRow: () => null }, NEVER);
    await expect(run([2])).rejects.toMatchObject({ code: 'internal' });
    await expect(run([1, 2])).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('is an error where a row is in no chunk for no reason', async () => {
    const kept = await keptRows([ID], [], [{ texts: ['a', 'a'], chunk: 0 }]);
    const input = { kept, rows: 1, chunks: [], shape, onRow: () => null };
    await expect(joinRun(input, NEVER)).rejects.toThrow(/in no chunk for no reason/);
  });

  it('sums the oddities of all chunks and closes every file', async () => {
    const kept = await keptRows(
      [ID],
      [],
      [1, 2].map((chunk) => ({ texts: [`r${chunk}`, 'x'], chunk })),
    );
    let open = 0;
    const counted = (source: ByteSource): ByteSource => {
      open++;
      return { ...source, close: async () => void open-- };
    };
    const chunks = [1, 2].map((chunk) => {
      const file = answerFile([chatLine(`r${chunk}`, 'x'), chatLine(`r${chunk}`, 'y'), 'broken', chatLine('z', 'z')]);
      return chunkOf(chunk, { open: async (signal) => counted(await file.open(signal)) });
    });
    const totals = await joinRun({ kept, rows: 2, chunks, shape, onRow: () => null }, NEVER);
    expect(totals.notes).toEqual({ duplicates: 2, unknown: 2, broken: 2 });
    expect(totals.usage).toEqual({ promptTokens: 20, completionTokens: 10, rowsReporting: 2 });
    expect(open).toBe(0);
  });
});

describe('countChunk', () => {
  it('counts one chunk and reads only the row groups that hold its rows', async () => {
    const sink = bytesSink();
    const writer = openKeptRowsWriter(sink, { key: [ID], carried: [] });
    const size = 131_072;
    for (const chunk of [1, 2, 3]) {
      const ids = Array.from({ length: size }, (_, row) => `c${chunk}-${row}`);
      const column = keptColumn(ids);
      await writer.add(size, [column, column], [{ chunk, rows: size }], []);
    }
    await writer.finish();
    const source = memorySource('keys.parquet', sink.bytes());
    let readBytes = 0;
    const watched: ByteSource = {
      ...source,
      read: (offset, length, signal) => {
        readBytes += length;
        return source.read(offset, length, signal);
      },
    };
    const kept = await openKeptRows(watched, noCodecs, NEVER);
    readBytes = 0;
    const lines = Array.from({ length: 1000 }, (_, row) => chatLine(`c2-${row * 100}`, 'x'));
    const answers = chunkOf(2, answerFile(lines));
    const range = { from: size, to: 2 * size };
    const { rows } = await countChunk(kept, range, size, answers, shape, NEVER);
    expect(rows).toMatchObject({ in: size, ok: 1000, missing: size - 1000 });
    expect(readBytes).toBeLessThan(source.sizeBytes / 2);
    await expect(countChunk(kept, range, size + 1, answers, shape, NEVER)).rejects.toMatchObject({ code: 'corrupt' });
  });
});
