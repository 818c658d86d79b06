import type { SchemaElement } from 'hyparquet';
import type { ByteSink } from './byteSink.ts';
import type { JoinedRow } from './joinRun.ts';
import { openParquetFile, type PagePacker } from './parquetFile.ts';
import type { ResultColumn } from './resultColumns.ts';

/** Writes a result table row by row. */
export interface ResultTable {
  /** Null while nothing has to be waited for. */
  readonly add: (row: JoinedRow) => Promise<void> | null;
  /** Writes what is left; gives rows and size. */
  readonly finish: () => Promise<{ readonly rows: number; readonly sizeBytes: number }>;
}

const GROUP_ROWS = 50_000;
const GROUP_BYTES = 32_000_000;
const LINES_BYTES = 1_000_000;

/** A Parquet table; row groups close at 50,000 rows or 32 MB. The same rows give the same bytes. */
export function openParquetTable(
  sink: ByteSink,
  columns: readonly ResultColumn[],
  packer: PagePacker | null,
): ResultTable {
  const root: SchemaElement = { name: 'schema', num_children: columns.length };
  const schema = [root, ...columns.flatMap(({ elements }) => elements)];
  const file = openParquetFile(
    sink,
    schema,
    columns.map(({ leaf }) => leaf),
    packer,
  );
  const fillers = columns.map(({ filler }) => filler());
  let [groupRows, allRows] = [0, 0];
  const flush = async (): Promise<void> => {
    if (groupRows === 0) return;
    const rows = groupRows;
    groupRows = 0;
    await file.writeRowGroup(
      rows,
      fillers.map((filler) => filler.takePages()),
    );
  };
  const isFull = (): boolean =>
    groupRows >= GROUP_ROWS || fillers.reduce((sum, filler) => sum + filler.sizeBytes(), 0) >= GROUP_BYTES;
  return {
    add: (row) => {
      for (const filler of fillers) filler.add(row);
      groupRows++;
      allRows++;
      return isFull() ? flush() : null;
    },
    finish: async () => {
      await flush();
      return { rows: allRows, sizeBytes: await file.finish([]) };
    },
  };
}

/** One JSON object a line, keys in the order of the columns. */
export function openLinesTable(sink: ByteSink, columns: readonly ResultColumn[]): ResultTable {
  const encoder = new TextEncoder();
  const heads = columns.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  let lines: string[] = [];
  let [pendingChars, rows, sizeBytes] = [0, 0, 0];
  const flush = async (): Promise<void> => {
    const bytes = encoder.encode(lines.join(''));
    [lines, pendingChars] = [[], 0];
    sizeBytes += bytes.length;
    if (bytes.length > 0) await sink.write(bytes);
  };
  return {
    add: (row) => {
      const values = columns.map((column, index) => `${heads[index] ?? ''}${column.json(row)}`);
      const line = `${values.join('')}}\n`;
      lines.push(line);
      pendingChars += line.length;
      rows++;
      return pendingChars >= LINES_BYTES ? flush() : null;
    },
    finish: async () => {
      await flush();
      return { rows, sizeBytes };
    },
  };
}
