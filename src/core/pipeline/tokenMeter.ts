import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import type { SampledLine } from '../model/block.ts';
import type { TokenCounter } from '../profile/tokens.ts';
import type { LineBatch } from '../render/lineRenderer.ts';
import { cutColumn } from './cutColumn.ts';
import { openLineSample, type Sampled } from './lineSample.ts';
import { openCells } from './openCells.ts';
import { filledTexts, type RequestTexts } from './requestTexts.ts';
import type { TokenSetup } from './scanSetup.ts';
import { sampledText } from './sampledText.ts';
import { shortenTexts } from './shortenTexts.ts';

/** Tokens that every line has, whatever its row. */
export function fixedTokens({ fixed, framingTokens }: RequestTexts, tokens: TokenCounter): number {
  return fixed.reduce((sum, text) => sum + tokens.count(text), framingTokens);
}

/** Counts the tokens of lines, or draws a sample of lines to be counted. */
export interface TokenMeter {
  /** Cuts the template's columns that the job limits; columns that nothing cuts come back as they are. */
  readonly cutColumns: (columns: readonly TextColumn[], rows: number) => TextColumn[];
  /** Per row the tokens of its line, 0 without one. Null when lines are only sampled. */
  readonly countAll: (batch: LineBatch) => Uint32Array | null;
  /** The same for one row. */
  readonly countRow: (batch: LineBatch, row: number) => number;
  /** For each column of a row's line the bytes that stay of its text, so that the line has at most `most` tokens; null: all of them. */
  readonly staying: (batch: LineBatch, row: number, most: number) => (number | null)[];
  /** To be called before the first batch of each fragment. */
  readonly startFragment: () => void;
  /**
   * Those of rows [from, to) that may belong to the sample, going by the rows seen before, once their lines have lengths; `hashes` are those of the
   * batch's ids. What comes later does not change it, so rows behind a limit do no harm.
   */
  readonly sample: (batch: LineBatch, hashes: BigUint64Array, from: number, to: number) => SampledLine[];
}

/** A 32-bit mix of an id's hash (its low word) and the seed. */
function mix(word: number, seed: number): number {
  let mixed = Math.imul(word ^ seed, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Opens a meter over the kernel of a scanner. */
export function openTokenMeter(kernel: Kernel, setup: TokenSetup, tokens: TokenCounter | null): TokenMeter {
  const cell = openCells(kernel);
  let sample = openLineSample<Sampled>(setup.sample);
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
    startFragment: () => {
      if (setup.sampleOf === 'fragment') sample = openLineSample(setup.sample);
    },
    sample: (batch, hashes, from, to) => {
      if (setup.count !== 'sample') return [];
      const lengths = kernel.ints(batch.lengths + 4 * from, to - from).slice();
      const words = new Uint32Array(hashes.buffer, hashes.byteOffset, 2 * hashes.length);
      const sampled: SampledLine[] = [];
      lengths.forEach((bytes, row) => {
        if (bytes === 0) return;
        const hash = mix(words[2 * (from + row)] ?? 0, setup.seed);
        if (!sample.wants(hash)) return;
        const texts = textsOf(batch, from + row);
        const kept = texts.map((text, index) => sampledText(text, texts.length, hash + index));
        const chars = kept.reduce((sum, { parts }) => parts.reduce((all, part) => all + part.length, sum), 0);
        sample.add({ hash, chars });
        sampled.push({ row, hash, chars, bytes: bytes >>> 0, texts: kept });
      });
      return sampled;
    },
  };
}
