import type { Kernel } from '../../../kernel/kernel.ts';
import type { DictionaryText } from './textContext.ts';
import { withTexts } from './withTexts.ts';

/** Text columns one after another as one. */
export function joinTexts(kernel: Kernel, parts: readonly DictionaryText[]): DictionaryText {
  const [only, ...more] = parts;
  if (only !== undefined && more.length === 0) return only;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const spans = parts.map(({ text, rows: count }) => {
    const ends = kernel.ints(text.offsets, count + 1);
    return { first: ends[0] ?? 0, last: ends[count] ?? 0 };
  });
  const bytes = spans.reduce((sum, { first, last }) => sum + last - first, 0);
  const nulls = parts.reduce((sum, { text }) => sum + text.nulls, 0);
  const validity = nulls > 0 ? kernel.reserve(Math.ceil(rows / 8)) : 0;
  if (nulls > 0) joinValidity(kernel, parts, kernel.bytes(validity, Math.ceil(rows / 8)));
  const text = withTexts(kernel, rows, bytes, validity, nulls, (offsets, out) => {
    const ends = kernel.ints(offsets, rows + 1);
    let [row, at] = [0, 0];
    ends[0] = 0;
    for (const [index, part] of parts.entries()) {
      const { first, last } = spans[index] ?? { first: 0, last: 0 };
      const from = kernel.ints(part.text.offsets, part.rows + 1);
      for (let k = 1; k <= part.rows; k++) ends[++row] = at + (from[k] ?? 0) - first;
      kernel.bytes(out + at, last - first).set(kernel.bytes(part.text.values + first, last - first));
      at += last - first;
    }
    return at;
  });
  return { text, rows };
}

function joinValidity(kernel: Kernel, parts: readonly DictionaryText[], out: Uint8Array): void {
  out.fill(0);
  let row = 0;
  for (const { text, rows } of parts) {
    const bits = text.validity === 0 ? null : kernel.bytes(text.validity, Math.ceil(rows / 8));
    for (let k = 0; k < rows; k++, row++) {
      if (bits === null || ((bits[k >> 3] ?? 0) >> (k & 7)) & 1)
        out[row >> 3] = (out[row >> 3] ?? 0) | (1 << (row & 7));
    }
  }
}
