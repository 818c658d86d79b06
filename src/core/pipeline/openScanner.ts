import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { FragmentReader, TextBatch } from '../datasets/formatReader.ts';
import type { Block, FatalRow, FoundRow, SkippedRow } from '../model/block.ts';
import type { ColumnPath } from '../model/columnType.ts';
import type { Fragment } from '../model/dataset.ts';
import { customIds } from '../render/customId.ts';
import { keepColumn } from '../render/keptColumn.ts';
import { openLineRenderer, type LineBatch } from '../render/lineRenderer.ts';
import { SKIP, skipReason } from '../render/skip.ts';
import { textHashes } from '../render/textHashes.ts';
import { fitLines } from './fitLines.ts';
import { scanColumns } from './scanColumns.ts';
import type { ScanSetup } from './scanSetup.ts';
import { openCells, type TokenMeter } from './tokenMeter.ts';

/** Gives a buffer of at least `bytes` bytes: fresh, or one that came back from the receiver of earlier blocks. */
export type TakeBuffer = (bytes: number) => ArrayBuffer;

export interface Scanner {
  /** The blocks of a fragment in order. A block with a fatal row is the last. */
  readonly blocks: (fragment: Fragment, signal: AbortSignal) => AsyncGenerator<Block>;
}

/** Everything about one record batch that the blocks made of it share. */
interface Rows {
  readonly count: number;
  readonly key: readonly TextColumn[];
  readonly used: readonly TextColumn[];
  readonly carried: readonly TextColumn[];
  readonly ids: TextColumn;
  readonly hashes: BigUint64Array;
  readonly fatal: FatalRow | null;
}

const isNull = (kernel: Kernel, column: TextColumn, row: number): boolean =>
  column.validity !== 0 && (((kernel.bytes(column.validity + (row >> 3), 1)[0] ?? 0) >> (row & 7)) & 1) === 0;

const display = (path: ColumnPath): string => JSON.stringify(path.join('.'));

/** Opens the scanner of one worker; `reader` reads `scanColumns(setup).paths`. */
export function openScanner(
  setup: ScanSetup,
  kernel: Kernel,
  reader: FragmentReader,
  meter: TokenMeter | null,
  takeBuffer: TakeBuffer,
): Scanner {
  const places = scanColumns(setup);
  const cell = openCells(kernel);
  const renderer = openLineRenderer(kernel, setup.template, setup.maxLineBytes);
  const wanted = new Set(setup.wantedHashes);

  const firstNullKey = (columns: readonly TextColumn[], rows: number): FatalRow | null => {
    let first: FatalRow | null = null;
    columns.forEach((column, index) => {
      if (column.nulls === 0) return;
      for (let row = 0; row < (first?.row ?? rows); row++) {
        if (!isNull(kernel, column, row)) continue;
        first = { row, problem: `has no key: its ${display(setup.key[index] ?? [])} is null; every row needs one.` };
      }
    });
    return first;
  };

  const open = (batch: TextBatch): Rows => {
    const pick = (indexes: readonly number[]): TextColumn[] =>
      indexes.map((index) => batch.columns[index]).filter((column) => column !== undefined);
    const key = pick(places.key);
    const fatal = firstNullKey(key, batch.rows);
    const count = fatal?.row ?? batch.rows;
    const ids = customIds(kernel, key, count);
    const used = pick(places.used);
    return {
      count,
      key,
      used: meter ? meter.cutColumns(used, count) : used,
      carried: pick(places.carried),
      ids,
      hashes: textHashes(kernel, ids, 0, count),
      fatal,
    };
  };

  const keyOf = (rows: Rows, row: number): string[] => rows.key.map((column) => cell(column, row));

  const markNulls = (rows: Rows, lines: LineBatch): void => {
    if (setup.onNull === 'empty') return;
    for (const column of rows.used) {
      if (column.nulls > 0) kernel.skipNulls(column.validity, rows.count, SKIP.null, lines.skip);
    }
  };

  const whyNull = (rows: Rows, row: number): string => {
    const at = rows.used.findIndex((column) => isNull(kernel, column, row));
    const path = setup.template.columns[at];
    return path ? `its ${display(path)} is null` : 'its input is empty';
  };
  const why = (rows: Rows, row: number, skip: number): string => {
    if (skip === SKIP.null) return whyNull(rows, row);
    if (skip === SKIP.tokens) return `its line has more than ${setup.tokens?.maxLineTokens ?? 0} tokens`;
    return `its line is longer than ${setup.maxLineBytes} bytes`;
  };

  const skippedRows = (rows: Rows, lines: LineBatch, from: number, to: number): SkippedRow[] => {
    const bytes = kernel.bytes(lines.skip + from, to - from).slice();
    const skipped: SkippedRow[] = [];
    for (let at = bytes.findIndex((byte) => byte !== 0); at >= 0 && at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      const reason = skipReason(byte);
      if (reason === null) continue;
      const row = from + at;
      skipped.push({ row: at, key: keyOf(rows, row), reason, detail: why(rows, row, byte) });
    }
    return skipped;
  };

  /** The first row the job says to fail on, if it comes before the batch's own end. */
  const failsOn = (skipped: readonly SkippedRow[], from: number): FatalRow | null => {
    const fails = (row: SkippedRow): boolean =>
      row.reason === 'null' ? setup.onNull === 'fail' : setup.oversized === 'fail';
    const first = skipped.find(fails);
    if (!first) return null;
    const name = first.key.map((part) => JSON.stringify(part)).join(', ');
    const setting = first.reason === 'null' ? 'request.onNull' : 'limits.oversized';
    return {
      row: from + first.row,
      problem: `(key ${name}) cannot be sent: ${first.detail}, and ${setting} is "fail".`,
    };
  };

  const block = (rows: Rows, lines: LineBatch, from: number, to: number, bytes: Uint8Array | null): Block => {
    const skipped = skippedRows(rows, lines, from, to);
    const fatal = failsOn(skipped, 0);
    const kept = [rows.ids, ...rows.key, ...rows.carried];
    return {
      rows: to - from,
      lengths: new Uint32Array(kernel.bytes(lines.lengths + 4 * from, 4 * (to - from)).slice().buffer),
      bytes,
      tokens: null,
      sampled: [],
      idHashes: rows.hashes.slice(from, to),
      skipped,
      found: [],
      kept: setup.keep ? kept.map((column) => keepColumn(kernel, column, from, to)) : null,
      fatal: fatal ?? (rows.fatal && to === rows.count ? { ...rows.fatal, row: to - from } : null),
    };
  };

  const prepare = (rows: Rows): { lines: LineBatch; tokens: Uint32Array | null } => {
    const lines = renderer.prepare(rows.count, rows.ids, rows.used);
    markNulls(rows, lines);
    const fitted = setup.oversized === 'truncate' ? fitLines(kernel, renderer, lines, setup.maxLineBytes) : lines;
    return { lines: fitted, tokens: meter?.countAll(fitted) ?? null };
  };

  function* render(rows: Rows): Generator<Block> {
    const { lines, tokens } = prepare(rows);
    let from = 0;
    do {
      const { toRow, bytes } = renderer.render(lines, from);
      const own = new Uint8Array(takeBuffer(bytes.length), 0, bytes.length);
      own.set(bytes);
      const sampled = toRow === rows.count ? (meter?.sample(lines, rows.hashes) ?? []) : [];
      yield { ...block(rows, lines, from, toRow, own), tokens: tokens?.slice(from, toRow) ?? null, sampled };
      from = toRow;
    } while (from < rows.count);
  }

  function measure(rows: Rows): Block {
    const { lines, tokens } = prepare(rows);
    renderer.measure(lines);
    kernel.skipLonger(lines.lengths, rows.count, setup.maxLineBytes, SKIP.oversized, lines.skip);
    const sampled = meter?.sample(lines, rows.hashes) ?? [];
    return { ...block(rows, lines, 0, rows.count, null), tokens, sampled };
  }

  function find(rows: Rows): Block {
    const found: FoundRow[] = [];
    rows.hashes.forEach((hash, row) => {
      if (wanted.has(hash)) found.push({ row, id: cell(rows.ids, row), key: keyOf(rows, row) });
    });
    return {
      rows: rows.count,
      lengths: new Uint32Array(0),
      bytes: null,
      tokens: null,
      sampled: [],
      idHashes: new BigUint64Array(0),
      skipped: [],
      found,
      kept: null,
      fatal: null,
    };
  }

  return {
    blocks: async function* (fragment, signal) {
      for await (const batch of reader.batches(fragment, signal)) {
        const mark = kernel.mark();
        const rows = open(batch);
        if (setup.mode === 'render') yield* render(rows);
        else yield setup.mode === 'measure' ? measure(rows) : find(rows);
        kernel.release(mark);
        if (rows.fatal) return;
      }
    },
  };
}
