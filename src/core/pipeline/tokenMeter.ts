import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { SampledLine } from '../model/block.ts';
import type { TokenCounter } from '../profile/tokens.ts';
import type { LineBatch } from '../render/lineRenderer.ts';
import { SKIP } from '../render/skip.ts';
import { cutColumn } from './cutColumn.ts';
import { openCells } from './openCells.ts';
import type { RequestTexts } from './requestTexts.ts';
import type { TokenSetup } from './scanSetup.ts';

/** Tokens that every line has, whatever its row. */
export function fixedTokens({ fixed, framingTokens }: RequestTexts, tokens: TokenCounter): number {
  return fixed.reduce((sum, text) => sum + tokens.count(text), framingTokens);
}

export interface TokenMeter {
  /** Cuts the template's columns that the job limits; columns that nothing cuts come back as they are. */
  readonly cutColumns: (columns: readonly TextColumn[], rows: number) => TextColumn[];
  /** Per row the tokens of its line (0 without one); marks lines over the limit in `skip`. Null when lines are only sampled. */
  readonly countAll: (batch: LineBatch) => Uint32Array | null;
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
    setup.texts.filled.map((parts) => {
      const texts = parts.map((part) => {
        const column = typeof part === 'number' ? columns[part] : undefined;
        return column ? cell(column, row) : String(part);
      });
      return texts.join('');
    });

  return {
    cutColumns: (columns, rows) =>
      columns.map((column, index) => {
        const most = setup.cutTo[index];
        if (most === null || most === undefined || !tokens) return column;
        return cutColumn(kernel, column, rows, (row, bytes) =>
          bytes <= most ? null : tokens.cut(cell(column, row), most),
        );
      }),
    countAll: (batch) => {
      if (setup.count !== 'all' || !tokens) return null;
      const counts = new Uint32Array(batch.rows);
      for (let row = 0; row < batch.rows; row++) {
        if (kernel.bytes(batch.skip + row, 1)[0] !== 0) continue;
        const count = textsOf(batch, row).reduce((sum, text) => sum + tokens.count(text), fixed);
        if (setup.maxLineTokens !== null && count > setup.maxLineTokens) {
          kernel.bytes(batch.skip + row, 1)[0] = SKIP.tokens;
        } else counts[row] = count;
      }
      return counts;
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
