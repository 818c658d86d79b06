import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { SampledLine } from '../model/block.ts';
import type { TokenCounter } from '../profile/tokens.ts';
import type { LineBatch } from '../render/lineRenderer.ts';
import { cutColumn } from './cutColumn.ts';
import { openCells } from './openCells.ts';
import { filledTexts, type RequestTexts } from './requestTexts.ts';
import type { TokenSetup } from './scanSetup.ts';
import { shortenTexts } from './shortenTexts.ts';

/** Tokens that every line has, whatever its row. */
export function fixedTokens({ fixed, framingTokens }: RequestTexts, tokens: TokenCounter): number {
  return fixed.reduce((sum, text) => sum + tokens.count(text), framingTokens);
}

export interface TokenMeter {
  /** Cuts the template's columns that the job limits; columns that nothing cuts come back as they are. */
  readonly cutColumns: (columns: readonly TextColumn[], rows: number) => TextColumn[];
  /** Per row the tokens of its line, 0 without one. Null when lines are only sampled. */
  readonly countAll: (batch: LineBatch) => Uint32Array | null;
  /** The same for one row. */
  readonly countRow: (batch: LineBatch, row: number) => number;
  /** For each column of a row's line the bytes that stay of its text, so that the line has at most `most` tokens; null: all of them. */
  readonly staying: (batch: LineBatch, row: number, most: number) => (number | null)[];
  /** The batch's share of the sample, once its lines have lengths; `hashes` are those of the ids. */
  readonly sample: (batch: LineBatch, hashes: BigUint64Array) => SampledLine[];
}

/** A 32-bit mix of an id's hash (its low word) and the seed, as a share of 2^32. */
function shareOf(word: number, seed: number): number {
  let mixed = Math.imul(word ^ seed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/** Opens a meter over the kernel of a scanner. */
export function openTokenMeter(kernel: Kernel, setup: TokenSetup, tokens: TokenCounter | null): TokenMeter {
  const cell = openCells(kernel);
  const fixed = tokens ? fixedTokens(setup.texts, tokens) : 0;
  const textsOf = ({ columns }: LineBatch, row: number): string[] =>
    filledTexts(setup.texts, (index) => {
      const column = columns[index];
      return column ? cell(column, row) : '';
    });
  const countRow = (batch: LineBatch, row: number): number => {
    if (!tokens || kernel.bytes(batch.skip + row, 1)[0] !== 0) return 0;
    return textsOf(batch, row).reduce((sum, text) => sum + tokens.count(text), fixed);
  };

  return {
    cutColumns: (columns, rows) =>
      columns.map((column, index) => {
        const most = setup.cutTo[index];
        if (most === null || most === undefined || !tokens) return column;
        return cutColumn(kernel, column, rows, (row, bytes) =>
          bytes <= most ? null : tokens.cut(cell(column, row), most),
        );
      }),
    countRow,
    staying: (batch, row, most) => {
      const columns = batch.columns.map((column) => cell(column, row));
      return tokens ? shortenTexts(columns, setup.texts, tokens, most - fixed) : columns.map(() => null);
    },
    countAll: (batch) => {
      if (setup.count !== 'all' || !tokens) return null;
      return Uint32Array.from({ length: batch.rows }, (_, row) => countRow(batch, row));
    },
    sample: (batch, hashes) => {
      if (setup.count !== 'sample') return [];
      const lengths = kernel.ints(batch.lengths, batch.rows).slice();
      const words = new Uint32Array(hashes.buffer, hashes.byteOffset, 2 * batch.rows);
      const sampled: SampledLine[] = [];
      lengths.forEach((bytes, row) => {
        if (bytes === 0 || shareOf(words[2 * row] ?? 0, setup.seed) >= setup.share) return;
        sampled.push({ bytes, texts: textsOf(batch, row) });
      });
      return sampled;
    },
  };
}
