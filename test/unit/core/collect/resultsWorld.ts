import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { ChunkToJoin } from '../../../../src/core/collect/joinChunk.ts';
import { compileSchema } from '../../../../src/core/collect/jsonSchema.ts';
import type { KeptRows } from '../../../../src/core/collect/keptRows.ts';
import {
  writeResults,
  type WriteResultsInput,
  type WrittenResults,
} from '../../../../src/core/collect/writeResults.ts';
import type { Column, ColumnType } from '../../../../src/core/model/columnType.ts';
import type { Job } from '../../../../src/core/model/job.ts';
import { openPagePacker } from '../../../../src/platform/pagePacker.ts';
import { openResultFolder } from '../../../../src/platform/resultFiles.ts';
import { python } from '../../../support/python.ts';
import { NEVER } from './collectFixtures.ts';

export const CHAT = '/v1/chat/completions';

/** A folder in which results are written, each below its name. */
export interface ResultsWorld {
  readonly folder: string;
  readonly write: (
    name: string,
    job: Job,
    kept: KeptRows,
    chunks: readonly ChunkToJoin[],
    more?: Partial<WriteResultsInput>,
  ) => Promise<WrittenResults>;
  readonly close: () => Promise<void>;
}

/** A column that may be null. */
export const column = (name: string, type: ColumnType): Column => ({ name, type, nullable: true });
/** The key of most tables. */
export const ID = column('id', { kind: 'int', bits: 64, signed: true });

/** Opens an empty folder. */
export async function openResultsWorld(): Promise<ResultsWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'tranche-results-'));
  return {
    folder,
    write: (name, job, kept, chunks, more = {}) => {
      const input: WriteResultsInput = {
        job,
        planHash: 'hash',
        runId: 'run-1',
        rows: kept.rows,
        kept,
        chunks,
        folder: openResultFolder(join(folder, name), more.runId ?? 'run-1'),
        replace: false,
        packer: openPagePacker(),
        compileSchema,
        checkRows: () => undefined,
        ...more,
      };
      return writeResults(input, NEVER);
    },
    close: () => rm(folder, { recursive: true }),
  };
}

/** What DuckDB answers. */
export async function duck(sql: string): Promise<{ names: string[]; types: string[]; rows: unknown[][] }> {
  const connection = await (await DuckDBInstance.create()).connect();
  const result = await connection.runAndReadAll(sql);
  connection.closeSync();
  const rows = result.getRowsJson() as unknown[][];
  return { names: result.columnNames(), types: result.columnTypes().map(String), rows };
}

/** Types of a Parquet file's columns as pyarrow names them. */
export async function arrowTypes(path: string): Promise<Record<string, string>> {
  const script = `
import sys, json, pyarrow.parquet as pq
print(json.dumps({f.name: str(f.type) for f in pq.read_table(sys.argv[1]).schema}))`;
  return JSON.parse(await python(script, [path])) as Record<string, string>;
}
