import { decodeUtf8 } from '../textFile/textEncoding.ts';
import type { OpenFormat } from '../textFile/textReader.ts';
import type { RecordFormat } from '../textFile/recordFormat.ts';
import { jsonObjectStart } from './jsonRecord.ts';
import { keyTree, putKeyTree, takeMembers } from './keyTree.ts';

const LF = 10;

/** How a line's end is found. */
export function lineEndIn(piece: Uint8Array): number {
  return piece.indexOf(LF) + 1 || -1;
}

/** JSON lines: the kernel takes them, and JSON.parse those it finds odd. */
export const openJsonlFormat: OpenFormat = (kernel, paths, slots, options) => {
  const tree = keyTree(paths);
  const nodes = putKeyTree(kernel, tree);
  const encoder = new TextEncoder();
  const format: RecordFormat = {
    scanEnd: (at, end) => at + kernel.bytes(at, end - at).lastIndexOf(LF) + 1,
    scan: (at, end, row) => {
      const { slots: columns, count, state } = slots;
      const rows = kernel.scanJsonl(at, end, row, options.maxRows, nodes, tree.length, columns, count, state);
      return { rows, ...slots.outcome() };
    },
    recordEnd: () => lineEndIn,
    strict: (record) => {
      const text = decodeUtf8(record) ?? '';
      const start = jsonObjectStart(text);
      if (start < 0) return null;
      const texts = new Array<string | null>(paths.length).fill(null);
      takeMembers(text, start, tree, texts);
      return texts.map((value) => (value === null ? null : encoder.encode(value)));
    },
    isNothing: () => false,
    unfinished: 'is not complete',
    tooLong: `is longer than ${options.maxRecordBytes / 1e6} MB, the most one line may have; is the file JSON Lines, one object a line?`,
    lineByLine: true,
  };
  return { startText: async () => ({ format, from: 0 }) };
};
