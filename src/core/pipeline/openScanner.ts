import type { Kernel } from '../../kernel/kernel.ts';
import type { FragmentReader } from '../datasets/formatReader.ts';
import type { Block, FatalRow, FoundRow } from '../model/block.ts';
import type { Fragment } from '../model/dataset.ts';
import { keepColumn } from '../render/keptColumn.ts';
import { openLineRenderer, type LineBatch, type LineRenderer, type RenderedLines } from '../render/lineRenderer.ts';
import { SKIP } from '../render/skip.ts';
import { fitLines } from './fitLines.ts';
import { limitTokens } from './limitTokens.ts';
import { openCells } from './openCells.ts';
import { scanColumns } from './scanColumns.ts';
import { scanRows, type ScanRows } from './scanRows.ts';
import type { ScanSetup } from './scanSetup.ts';
import { failsOn, keyOf, skippedRows, type Cell } from './skippedRows.ts';
import type { TokenMeter } from './tokenMeter.ts';

/** Turns fragments into blocks of lines, in one worker. */
export interface Scanner {
  /** The blocks of a fragment in order; a block's line bytes are gone when the next one is asked for. A block with a fatal row is the last. */
  readonly blocks: (fragment: Fragment, signal: AbortSignal) => AsyncGenerator<Block>;
}

/** What all blocks of a scanner are made with. */
interface Making {
  readonly setup: ScanSetup;
  readonly kernel: Kernel;
  readonly renderer: LineRenderer;
  readonly meter: TokenMeter | null;
  readonly cell: Cell;
}

interface Prepared {
  readonly rows: ScanRows;
  readonly lines: LineBatch;
  readonly tokens: Uint32Array | null;
}

/** Lays the lines of a batch out and marks the rows that get none, as far as that shows before they are rendered. */
function prepare({ setup, kernel, renderer, meter }: Making, rows: ScanRows): Prepared {
  const lines = renderer.prepare(rows.count, rows.ids, rows.used);
  if (setup.onNull !== 'empty') {
    for (const column of rows.used) {
      if (column.nulls > 0) kernel.skipNulls(column.validity, rows.count, SKIP.null, lines.skip);
    }
  }
  const truncate = setup.oversized === 'truncate';
  const fitted = truncate ? fitLines(kernel, renderer, lines, setup.maxLineBytes) : lines;
  const tokens = meter?.countAll(fitted) ?? null;
  const most = setup.tokens?.maxLineTokens ?? null;
  if (meter === null || tokens === null || most === null) return { rows, lines: fitted, tokens };
  return { rows, ...limitTokens(kernel, renderer, meter, { lines: fitted, tokens }, most, truncate) };
}

/** Rows [from, to) of a batch whose lines have their lengths. */
function blockOf(
  { setup, kernel, meter, cell }: Making,
  { rows, lines, tokens }: Prepared,
  [from, to]: readonly [from: number, to: number],
  rendered: RenderedLines | null,
): Block {
  const skipped = skippedRows(kernel, setup, rows, lines, [from, to], cell);
  const isLast = to === rows.count;
  const atEnd: FatalRow | null = rows.fatal && isLast ? { ...rows.fatal, row: to - from } : null;
  const keeping = setup.keep ? [rows.ids, ...rows.key, ...rows.carried] : null;
  const kept = keeping?.map((column) => keepColumn(kernel, column, from, to)) ?? null;
  return {
    rows: to - from,
    lengths: new Uint32Array(kernel.bytes(lines.lengths + 4 * from, 4 * (to - from)).slice().buffer),
    bytes: rendered?.bytes ?? null,
    tokens: tokens?.slice(from, to) ?? null,
    sampled: meter?.sample(lines, rows.hashes, from, to) ?? [],
    idHashes: rows.hashes.slice(from, to),
    skipped,
    found: [],
    kept,
    fatal: failsOn(setup, skipped) ?? atEnd,
  };
}

function* renderedBlocks(making: Making, rows: ScanRows): Generator<Block> {
  const prepared = prepare(making, rows);
  let from = 0;
  do {
    const rendered = making.renderer.render(prepared.lines, from);
    yield blockOf(making, prepared, [from, rendered.toRow], rendered);
    from = rendered.toRow;
  } while (from < rows.count);
}

function measuredBlock(making: Making, rows: ScanRows): Block {
  const prepared = prepare(making, rows);
  const { lines } = prepared;
  making.renderer.measure(lines);
  making.kernel.skipLonger(lines.lengths, rows.count, making.setup.maxLineBytes, SKIP.oversized, lines.skip);
  return blockOf(making, prepared, [0, rows.count], null);
}

function foundBlock(rows: ScanRows, wanted: ReadonlySet<bigint>, cell: Cell): Block {
  const found: FoundRow[] = [];
  rows.hashes.forEach((hash, row) => {
    if (wanted.has(hash)) found.push({ row, id: cell(rows.ids, row), key: keyOf(rows, row, cell) });
  });
  const empty = { bytes: null, tokens: null, sampled: [], skipped: [], kept: null, fatal: null };
  return { ...empty, rows: rows.count, lengths: new Uint32Array(0), idHashes: new BigUint64Array(0), found };
}

/** Opens the scanner of one worker; `reader` reads `scanColumns(setup).paths`. */
export function openScanner(
  setup: ScanSetup,
  kernel: Kernel,
  reader: FragmentReader,
  meter: TokenMeter | null,
): Scanner {
  const places = scanColumns(setup);
  const renderer = openLineRenderer(kernel, setup.template, setup.maxLineBytes);
  const making: Making = { setup, kernel, renderer, meter, cell: openCells(kernel) };
  const wanted = new Set(setup.wantedHashes);
  return {
    blocks: async function* (fragment, signal) {
      meter?.startFragment();
      for await (const batch of reader.batches(fragment, signal)) {
        const mark = kernel.mark();
        const rows = scanRows(kernel, batch, places, setup.key, meter);
        if (setup.mode === 'render') yield* renderedBlocks(making, rows);
        else yield setup.mode === 'measure' ? measuredBlock(making, rows) : foundBlock(rows, wanted, making.cell);
        kernel.release(mark);
        if (rows.fatal) return;
      }
    },
  };
}
