import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type KeptRows, openKeptRows } from '../../../../src/core/collect/keptRows.ts';
import { openKeptRowsWriter } from '../../../../src/core/collect/keptRowsWriter.ts';
import { textAt } from '../../../../src/core/collect/parquetPages.ts';
import { isTrancheError } from '../../../../src/core/errors.ts';
import type { Column } from '../../../../src/core/model/columnType.ts';
import type { QuarantineReason } from '../../../../src/core/model/outcome.ts';
import { openCodecs } from '../../../../src/platform/codecs.ts';
import { openPagePacker } from '../../../../src/platform/pagePacker.ts';
import { bytesSink, keptColumn, keptFile, memorySource, NEVER, noCodecs, type Row } from './collectFixtures.ts';

const text = (name: string): Column => ({ name, type: { kind: 'utf8' }, nullable: true });

async function readBack(kept: KeptRows): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const block of kept.blocks(NEVER)) {
    for (let row = 0; row < block.rows; row++) {
      const reason = textAt(block.reasons, row) as QuarantineReason | null;
      const texts = block.columns.map((column) => textAt(column, row));
      rows.push({ texts, chunk: block.chunks[row] ?? -1, ...(reason === null ? {} : { reason }) });
    }
  }
  return rows;
}

describe('openKeptRows', () => {
  it('reads back every row in order, whatever the blocks', async () => {
    const row = fc.oneof(
      fc.record({ texts: fc.tuple(fc.string(), fc.string(), fc.option(fc.string())), chunk: fc.constant(1) }),
      fc.record({
        texts: fc.tuple(fc.string(), fc.string(), fc.constant(null)),
        chunk: fc.constant(0),
        reason: fc.constantFrom('null' as const, 'oversized' as const),
      }),
    );
    const property = fc.asyncProperty(
      fc.array(row, { maxLength: 60 }),
      fc.integer({ min: 1, max: 20 }),
      async (rows, size) => {
        const bytes = await keptFile([text('id')], [text('x')], rows, size);
        const kept = await openKeptRows(memorySource('k', bytes), noCodecs, NEVER);
        expect(kept.rows).toBe(rows.length);
        expect(await readBack(kept)).toEqual(rows);
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });

  it('keeps the types the columns have in the dataset', async () => {
    const key: Column = { name: 'id', type: { kind: 'decimal', precision: 5, scale: 2 }, nullable: false };
    const kept = await openKeptRows(memorySource('k', await keptFile([key], [text('chunk')], [])), noCodecs, NEVER);
    expect(kept.schema).toEqual({ key: [key], carried: [text('chunk')] });
  });

  it('reads packed pages', async () => {
    const sink = bytesSink();
    const writer = openKeptRowsWriter(sink, { key: [text('id')], carried: [] }, openPagePacker());
    const ids = Array.from({ length: 5000 }, (_, row) => `row ${row}`);
    await writer.add(ids.length, [keptColumn(ids), keptColumn(ids)], [{ chunk: 3, rows: ids.length }], []);
    await writer.finish();
    expect(sink.bytes().length).toBeLessThan(60_000);
    const kept = await openKeptRows(memorySource('k', sink.bytes()), await openCodecs(), NEVER);
    expect((await readBack(kept)).map(({ texts }) => texts[1])).toEqual(ids);
  });

  it('names a file that is no kept-rows file', async () => {
    const tail = new Uint8Array(100).fill(65);
    for (const bytes of [new Uint8Array(0), tail, new TextEncoder().encode('PAR1....\u0001\u0000\u0000\u0000PAR1')]) {
      const opening = openKeptRows(memorySource('runs/7/keys.parquet', bytes), noCodecs, NEVER);
      await expect(opening).rejects.toMatchObject({ code: 'corrupt' });
      await expect(opening).rejects.toThrow(/runs\/7\/keys\.parquet/);
    }
  });

  it('refuses a value that reaches past its page', async () => {
    const rows: Row[] = ['a', 'b'].map((id) => ({ texts: [id, id], chunk: 1 }));
    const bytes = await keptFile([text('id')], [], rows);
    const last = bytes.indexOf('b'.charCodeAt(0));
    expect(bytes[last - 4]).toBe(1);
    bytes[last - 4] = 2;
    const reading = openKeptRows(memorySource('k', bytes), noCodecs, NEVER).then(readBack);
    await expect(reading).rejects.toThrow(/cut short/);
  });

  it('meets any damage with rows or one sentence, never with a crash', async () => {
    const rows: Row[] = Array.from({ length: 40 }, (_, i) => ({ texts: [`r${i}`, i % 3 ? `v${i}` : null], chunk: 1 }));
    const good = await keptFile([text('id')], [], rows, 16);
    const damage = fc.array(fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    const property = fc.asyncProperty(damage, async (changes) => {
      const bytes = good.slice();
      for (const [at, value] of changes) bytes[at] = value;
      try {
        await readBack(await openKeptRows(memorySource('k', bytes), noCodecs, NEVER));
      } catch (error) {
        expect(isTrancheError(error, 'corrupt'), String(error)).toBe(true);
      }
    });
    await fc.assert(property, { numRuns: 400 });
  });
});
