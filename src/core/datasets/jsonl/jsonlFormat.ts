import type { Kernel } from '../../../kernel/kernel.ts';
import { RecordProblem } from '../textFile/recordProblem.ts';
import { decodeUtf8 } from '../textFile/textEncoding.ts';
import type { OpenFormat } from '../textFile/textReader.ts';
import type { RecordFormat } from '../textFile/recordFormat.ts';
import { jsonObjectStart } from './jsonRecord.ts';
import { skipBlanks } from './jsonText.ts';
import { keyTree, putKeyTree, takeMembers } from './keyTree.ts';

const LF = 10;

/** How a line's end is found. */
function lineEndIn(piece: Uint8Array): number {
  return piece.indexOf(LF) + 1 || -1;
}

/** JSON lines: the kernel takes them, and JSON.parse those it finds odd. */
export const openJsonlFormat: OpenFormat = (kernel, paths, slots, options) => {
  const tree = keyTree(paths);
  const nodes = putKeyTree(kernel, tree);
  const checkLong = longLineCheck(kernel);
  const format: RecordFormat = {
    scanEnd: (at, end) => at + kernel.bytes(at, end - at).lastIndexOf(LF) + 1,
    scan: (at, end, row) => {
      const { slots: columns, count, state } = slots;
      const rows = kernel.scanJsonl(at, end, row, options.maxRows, nodes, tree.children.length, columns, count, state);
      return { rows, ...slots.outcome() };
    },
    recordEnd: () => lineEndIn,
    strict: (record) => {
      const isLong = record.length > options.windowBytes;
      if (isLong) checkLong(record);
      const text = decodeUtf8(record) ?? '';
      const start = isLong ? longObjectStart(text) : jsonObjectStart(text);
      if (start < 0) return null;
      const texts = new Array<Uint8Array | null>(paths.length).fill(null);
      takeMembers(text, start, tree, texts);
      return texts;
    },
    isNothing: () => false,
    unfinished: 'is not complete',
    tooLong: `is longer than ${options.maxRecordBytes / 1e6} MB, the most one line may have; a JSON Lines file has one object a line`,
    lineByLine: true,
  };
  return { startText: async () => ({ format, from: 0 }) };
};

/** A check of lines so long that JSON.parse might build more than memory holds: the kernel's, which builds nothing. */
function longLineCheck(kernel: Kernel): (line: Uint8Array) => void {
  let area = { at: 0, bytes: 0 };
  const state = kernel.reserve(8);
  return (line) => {
    if (line.length > area.bytes) {
      const bytes = Math.max(line.length, 2 * area.bytes);
      area = { at: kernel.reserve(bytes), bytes };
    }
    kernel.bytes(area.at, line.length).set(line);
    kernel.scanJsonl(area.at, area.at + line.length, 0, 1, 0, 0, 0, 0, state);
    if (kernel.ints(state, 2)[1] !== 0)
      throw new RecordProblem('is not a JSON object, or nested deeper than 64 levels, too deep for so long a line');
  };
}

function longObjectStart(text: string): number {
  const start = skipBlanks(text, 0);
  return start === text.length ? -1 : start;
}
