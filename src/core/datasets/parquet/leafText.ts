import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import { binaryText, intervalText, nullText, primitiveText } from '../values/primitiveText.ts';
import type { DenseRows } from './denseRows.ts';
import { countOnes } from './denseRows.ts';
import type { FlatLeaf } from './flatLeaf.ts';

/** A column of a batch with the bytes of its own Arrow buffers. */
export interface LeafText {
  readonly text: TextColumn;
  readonly arrowBytes: number;
}

function putFlags(kernel: Kernel, flags: Uint8Array): { present: number; validity: number } {
  const validity = kernel.reserve(Math.ceil(flags.length / 8));
  kernel.bytes(validity, Math.ceil(flags.length / 8)).fill(0);
  const present = kernel.put(flags);
  kernel.packBits(present, flags.length, validity, 0);
  return { present, validity };
}

/** Brings `values` physical values to Arrow's width; returns where they are. */
function convert(kernel: Kernel, leaf: FlatLeaf, gathered: DenseRows, rows: number, values: number): number {
  const { conversion, width, arrowWidth } = leaf.layout;
  if (conversion === 'none' || conversion === 'bits') return gathered.at;
  const out = kernel.reserve(rows * arrowWidth);
  let fitting = values;
  if (conversion === 'narrow') kernel.narrow(gathered.at, values, width, arrowWidth, out);
  else if (conversion === 'widen') kernel.widen(gathered.at, values, width, arrowWidth, out);
  else if (conversion === 'int96') fitting = kernel.int96ToNanos(gathered.at, values, out);
  else if (gathered.offsets !== 0)
    fitting = kernel.reverseBytes(gathered.offsets, gathered.at, values, arrowWidth, out);
  else fitting = kernel.reverseFixed(gathered.at, values, width, arrowWidth, out);
  if (fitting !== values)
    throw new Error(
      conversion === 'int96' ? 'a timestamp lies outside of the years 1677 to 2262' : 'a decimal has too many digits',
    );
  return out;
}

function fixedText(
  kernel: Kernel,
  leaf: FlatLeaf,
  data: number,
  rows: number,
  validity: number,
  nulls: number,
): LeafText {
  const { type, conversion, arrowWidth } = leaf.layout;
  const validityBytes = nulls > 0 ? Math.ceil(rows / 8) : 0;
  if (conversion === 'bits') {
    const bitmap = kernel.reserve(Math.ceil(rows / 8));
    kernel.bytes(bitmap, Math.ceil(rows / 8)).fill(0);
    kernel.packBits(data, rows, bitmap, 0);
    const text = primitiveText(kernel, type, rows, bitmap, validity, nulls);
    return { text, arrowBytes: Math.ceil(rows / 8) + validityBytes };
  }
  const text =
    type.kind === 'interval'
      ? intervalText(kernel, 'parquet', rows, data, validity, nulls)
      : primitiveText(kernel, type, rows, data, validity, nulls);
  return { text, arrowBytes: rows * arrowWidth + validityBytes };
}

/** The first `rows` of what was gathered, as text. Throws a plain Error for values that have no text. */
export function leafText(kernel: Kernel, leaf: FlatLeaf, gathered: DenseRows, rows: number): LeafText {
  if (leaf.layout.type.kind === 'null') return { text: nullText(kernel, rows), arrowBytes: 0 };
  const flags = gathered.present?.subarray(0, rows) ?? null;
  const values = flags === null ? rows : countOnes(flags);
  const nulls = rows - values;
  const { present, validity } = flags === null || nulls === 0 ? { present: 0, validity: 0 } : putFlags(kernel, flags);
  const { arrowWidth, type } = leaf.layout;
  if (gathered.offsets !== 0 && arrowWidth === 0) {
    const { offsets, at } = gathered;
    if (nulls > 0) kernel.spreadOffsets(offsets, 0, present, rows, values);
    const bytes = kernel.ints(offsets + 4 * rows, 1)[0] ?? 0;
    const arrowBytes = bytes + 4 * (rows + 1) + (nulls > 0 ? Math.ceil(rows / 8) : 0);
    const isText = type.kind === 'utf8';
    const text = isText
      ? { offsets, values: at, validity, nulls }
      : binaryText(kernel, rows, offsets, at, validity, nulls);
    return { text, arrowBytes };
  }
  const data = convert(kernel, leaf, gathered, rows, values);
  if (nulls > 0) kernel.spreadFixed(data, leaf.layout.conversion === 'bits' ? 1 : arrowWidth, present, rows, values);
  return fixedText(kernel, leaf, data, rows, validity, nulls);
}
