import { open, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSchema } from '../../src/core/collect/jsonSchema.ts';
import { openKeptRows } from '../../src/core/collect/keptRows.ts';
import { writeResults } from '../../src/core/collect/writeResults.ts';
import type { ByteSource } from '../../src/core/ports.ts';
import { openPagePacker } from '../../src/platform/pagePacker.ts';
import { openResultFolder } from '../../src/platform/resultFiles.ts';
import { jobOf, keptFile, memorySource, NEVER, noCodecs } from '../unit/core/collect/collectFixtures.ts';

const ROWS = 16_000;
const DIMENSIONS = 3072;
const ALLOWED_BYTES = 200_000_000;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tranche-embeddings-'));
});
afterAll(() => rm(folder, { recursive: true }));

const noise = Float32Array.from({ length: DIMENSIONS }, (_, at) => Math.sin(at));

/** Noise that says at its front which row it is. */
function vectorOf(row: number): Float32Array {
  const vector = noise.slice();
  vector[0] = row;
  return vector;
}

/** Half of the rows forwards, then the others backwards: an order no reading ahead can serve. */
function* outputOrder(): Generator<number> {
  for (let row = 0; row < ROWS; row += 2) yield row;
  for (let row = ROWS - 1; row > 0; row -= 2) yield row;
}

async function writeOutput(path: string): Promise<void> {
  const handle = await open(path, 'w');
  let lines: string[] = [];
  for (const row of outputOrder()) {
    const embedding = Buffer.from(vectorOf(row).buffer).toString('base64');
    const body = { object: 'list', data: [{ object: 'embedding', index: 0, embedding }], usage: { prompt_tokens: 9 } };
    const line = { id: `b${row}`, custom_id: `row-${row}`, response: { status_code: 200, body }, error: null };
    lines.push(`${JSON.stringify(line)}\n`);
    if (lines.length === 256) {
      await handle.appendFile(lines.join(''));
      lines = [];
    }
  }
  await handle.appendFile(lines.join(''));
  await handle.close();
}

async function openFileSource(path: string): Promise<ByteSource> {
  const handle = await open(path, 'r');
  return {
    name: path,
    sizeBytes: (await handle.stat()).size,
    modifiedMs: 0,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    },
    verifyUnchanged: async () => undefined,
    close: () => handle.close(),
  };
}

describe('a large output of embeddings', () => {
  it('is joined in bounded memory, whatever the order of its lines', async () => {
    const output = join(folder, 'output.jsonl');
    await writeOutput(output);
    const rows = Array.from({ length: ROWS }, (_, row) => ({ texts: [`row-${row}`, String(row)], chunk: 1 }));
    const id = { name: 'id', type: { kind: 'int', bits: 32, signed: true }, nullable: false } as const;
    await writeFile(join(folder, 'keys.parquet'), await keptFile([id], [], rows));
    const kept = memorySource('keys.parquet', new Uint8Array(await readFile(join(folder, 'keys.parquet'))));
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 20);
    const written = await writeResults(
      {
        job: jobOf('/v1/embeddings', { input: '{{text}}' }),
        planHash: 'h',
        runId: 'r',
        rows: ROWS,
        kept: await openKeptRows(kept, noCodecs, NEVER),
        chunks: [
          {
            chunk: 1,
            files: [{ open: () => openFileSource(output) }],
            unanswered: { outcome: 'missing', error: 'No answer.' },
          },
        ],
        folder: openResultFolder(join(folder, 'results'), 'r'),
        replace: false,
        packer: openPagePacker(),
        compileSchema,
        checkRows: () => undefined,
      },
      NEVER,
    );
    clearInterval(watch);
    expect(written.rows.ok).toBe(ROWS);
    expect(peak - before).toBeLessThan(ALLOWED_BYTES);
    const connection = await (await DuckDBInstance.create()).connect();
    const sql = `select count(*), count(distinct id), min(len(embedding)), max(len(embedding))
      from read_parquet('${written.results[0] ?? ''}')`;
    expect((await connection.runAndReadAll(sql)).getRowsJson()).toEqual([
      [String(ROWS), String(ROWS), String(DIMENSIONS), String(DIMENSIONS)],
    ]);
    const one = `select embedding[1] from read_parquet('${written.results[0] ?? ''}') where id = 12345`;
    expect((await connection.runAndReadAll(one)).getRows()).toEqual([[12_345]]);
    connection.closeSync();
  });
});
