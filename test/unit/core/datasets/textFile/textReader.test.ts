import { describe, expect, it } from 'vitest';
import { csvReader, csvReaderWith } from '../../../../../src/core/datasets/csv/csvReader.ts';
import { jsonlReader, jsonlReaderWith } from '../../../../../src/core/datasets/jsonl/jsonlReader.ts';
import { sizedFor, TEXT_OPTIONS } from '../../../../../src/core/datasets/textFile/textOptions.ts';
import { openKernel } from '../../../../../src/kernel/kernel.ts';
import { cells, describeText, memoryWorld, readAll, readText, smallOptions } from '../textReading.ts';

const encoder = new TextEncoder();
const NEVER = new AbortController().signal;

function raise(): never {
  throw new Error('no column');
}

async function world(text: string, name = 'a.jsonl') {
  const made = await memoryWorld([{ name, bytes: encoder.encode(text) }]);
  const source = made.sources.get(name);
  if (source === undefined) throw new Error('no source');
  return { ...made, source };
}

describe('text readers', () => {
  it('lose no row where batches end exactly with the window', async () => {
    const text = Array.from({ length: 100 }, (_, row) => `{"a":${row % 10}}\n`).join('');
    const options = smallOptions({ maxRows: 8, blockBytes: 16, fragmentBytes: 1 << 20 });
    const { columns, batches } = await readAll(jsonlReaderWith(options), await world(text), [['a']]);
    expect(columns[0]).toEqual(Array.from({ length: 100 }, (_, row) => String(row % 10)));
    expect(batches).toEqual([...new Array<number>(12).fill(8), 4]);
    const csv = `a,b\n${'1,2\n'.repeat(64)}`;
    for (const maxRows of [1, 3, 8, 16, 17, 64, 65]) {
      const reader = csvReaderWith(smallOptions({ maxRows }));
      expect((await readText(reader, csv, [['b']]))[0]?.length).toBe(64);
      const strict = csvReaderWith(smallOptions({ maxRows, strictOnly: true }));
      expect((await readText(strict, csv, [['b']]))[0]?.length).toBe(64);
    }
  });

  it('read a table of very many columns within bounds, its long records alone', async () => {
    const names = Array.from({ length: 3000 }, (_, j) => `column ${j}`);
    const row = (k: number) => names.map((_, j) => (j % 3 === 0 ? '' : `${k}:${j}`));
    const csv = [names, row(0), row(1), row(2)].map((cells) => cells.join(',')).join('\n');
    const jsonl = [0, 1, 2]
      .map((k) => JSON.stringify(Object.fromEntries(row(k).map((cell, j) => [names[j], cell]))))
      .join('\n');
    const paths = names.map((name) => [name]);
    for (const [reader, text, empty] of [
      [csvReader, csv, null],
      [jsonlReader, jsonl, ''],
    ] as const) {
      const read = await readAll(reader, await world(text), paths);
      expect(read.kernelBytes).toBeLessThan(256 << 20);
      expect(read.columns).toEqual(names.map((_, j) => [0, 1, 2].map((k) => (j % 3 === 0 ? empty : `${k}:${j}`))));
    }
  });

  it('write into no area of others, however long records grow', async () => {
    const sizes = [200, 3000, 900, 9000];
    const { env, dataset } = await world(
      sizes.map((size) => `{"a":"${'x'.repeat(size)}","b":"${'é'.repeat(20)}"}\n`).join(''),
    );
    const kernel = openKernel();
    const open = jsonlReaderWith(smallOptions({ fragmentBytes: 1 << 20 })).open(dataset, [['a'], ['b']], kernel, env);
    const guards: number[] = [];
    for await (const batch of open.batches(
      { file: 0, rows: null, part: { kind: 'bytes', from: 0, to: null } },
      NEVER,
    )) {
      expect(cells(kernel, batch.columns[0] ?? raise(), 1)[0]?.length).toBe(sizes[guards.length]);
      const guard = kernel.reserve(256);
      kernel.bytes(guard, 256).fill(0xa5);
      guards.push(guard);
    }
    for (const guard of guards) expect(kernel.bytes(guard, 256).every((byte) => byte === 0xa5)).toBe(true);
    expect(guards.length).toBe(4);
  });

  it('keep their sizes up to about 28 columns, then share', () => {
    expect(sizedFor(TEXT_OPTIONS, 0)).toEqual(TEXT_OPTIONS);
    expect(sizedFor(TEXT_OPTIONS, 20)).toEqual(TEXT_OPTIONS);
    for (const columns of [40, 300, 5000]) {
      const { windowBytes, maxRows } = sizedFor(TEXT_OPTIONS, columns);
      expect(columns * (windowBytes + 4 * maxRows + maxRows / 8)).toBeLessThan(160 << 20);
    }
  });

  it('count rows without any column', async () => {
    expect((await readAll(jsonlReader, await world('{"a":1}\n{}\n'), [])).batches).toEqual([2]);
    expect((await readAll(csvReader, await world('a,b\n1,2\n3,4\n'), [])).batches).toEqual([2]);
  });

  it('stop at the signal, and say so', async () => {
    const { env, dataset, source } = await world('{"a":1}\n'.repeat(1000));
    const controller = new AbortController();
    const kernel = openKernel();
    const options = smallOptions({ fragmentBytes: 1 << 20 });
    const open = jsonlReaderWith(options).open(dataset, [['a']], kernel, env);
    let batches = 0;
    const read = async () => {
      for await (const batch of open.batches(
        { file: 0, rows: null, part: { kind: 'bytes', from: 0, to: null } },
        controller.signal,
      )) {
        batches += batch.rows > 0 ? 1 : 0;
        if (batches === 3) controller.abort();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: 'cancelled' });
    expect(batches).toBe(3);
    expect(source.sizeBytes).toBe(8000);
  });

  it('leave no read behind when the consumer leaves or a read fails, and can go on with another fragment', async () => {
    const { env, dataset, source } = await world('{"a":1}\n'.repeat(1000));
    let running = 0;
    let failing = false;
    const { read } = source;
    Object.assign(source, {
      read: async (offset: number, length: number, signal: AbortSignal, into?: Uint8Array) => {
        running++;
        await new Promise((resolve) => setTimeout(resolve, 1));
        running--;
        if (failing && offset > 100) throw new Error('the disk is gone');
        return read(offset, length, signal, into);
      },
    });
    const options = smallOptions({ fragmentBytes: 1 << 20 });
    const open = jsonlReaderWith(options).open(dataset, [['a']], openKernel(), env);
    const fragment = { file: 0, rows: null, part: { kind: 'bytes', from: 0, to: null } } as const;
    for await (const batch of open.batches(fragment, NEVER)) {
      expect(batch.rows).toBe(8);
      break;
    }
    expect(running).toBe(0);
    failing = true;
    const drain = async () => {
      for await (const batch of open.batches(fragment, NEVER)) expect(batch.rows).toBe(8);
    };
    await expect(drain()).rejects.toThrow('the disk is gone');
    expect(running).toBe(0);
    failing = false;
    let rows = 0;
    for await (const batch of open.batches({ ...fragment, part: { kind: 'bytes', from: 4000, to: 4008 } }, NEVER))
      rows += batch.rows;
    expect(rows).toBe(1);
  });

  it('notice a file that changed while it was read', async () => {
    const made = await world('{"a":1}\n');
    Object.assign(made.source, { verifyUnchanged: () => Promise.reject(new Error('it changed')) });
    await expect(readAll(jsonlReader, made, [['a']])).rejects.toThrow('it changed');
  });
});

describe('describing JSON Lines', () => {
  it('lists the keys of the first lines in order of first appearance', async () => {
    const text = '\ufeff\n{"b":1,"10":2,"a":{"x":1}}\r\n{"a":1,"\\u0063":3,"__proto__":1}\n{"last":1}';
    const { columns, rows, identity } = await describeText(jsonlReader, text);
    expect(columns).toEqual(
      ['b', '10', 'a', 'c', '__proto__', 'last'].map((name) => ({ name, type: { kind: 'json' }, nullable: true })),
    );
    expect(rows).toBeNull();
    expect(identity).toEqual({ from: 0, to: encoder.encode(text).length });
    expect((await describeText(jsonlReader, '')).columns).toEqual([]);
  });

  it('reads on until the first line ends, and says if it never does', async () => {
    const reader = jsonlReaderWith({ ...TEXT_OPTIONS, sampleBytes: 16, maxRecordBytes: 1000 });
    const names = async (text: string) => (await describeText(reader, text)).columns.map(({ name }) => name);
    expect(await names(`{"a":"${'x'.repeat(300)}","b":1}\n{"c":1}\n`)).toContain('b');
    await expect(names(`{"a":"${'x'.repeat(3000)}","b":1}\n`)).rejects.toThrow(
      /row 1 \(line 1\) is longer than 0\.001 MB/,
    );
  });

  it('names row and line of a broken first line', async () => {
    await expect(describeText(jsonlReader, '{"a":1}\n\n{"a":}\n', 'p.jsonl')).rejects.toThrow(
      'p.jsonl: row 2 (line 3) is not valid JSON (character 6 of the line).',
    );
    await expect(describeText(jsonlReader, '[1,2]\n')).rejects.toThrow(
      /is not a JSON object; each line must be one object/,
    );
    await expect(describeText(jsonlReader, Uint8Array.of(0x7b, 0xe9, 0x7d, 10))).rejects.toThrow(
      /row 1 \(line 1\) is not UTF-8/,
    );
  });
});
