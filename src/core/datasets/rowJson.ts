import type { Kernel } from '../../kernel/kernel.ts';
import type { TextColumn } from '../../kernel/textColumn.ts';
import { TrancheError } from '../errors.ts';
import type { ColumnType } from '../model/columnType.ts';
import type { TextBatch } from './formatReader.ts';
import { jsonString } from './values/jsonString.ts';
import { asJson, jsonMode } from './values/nestedText.ts';
import { withTexts } from './values/withTexts.ts';

/**
 * The rows of a batch as JSON Lines, one object a row with its keys in the order of `columns`: numbers, booleans and null as JSON values in full digits,
 * nested values nested, everything else (CSV cells, NaN) as strings. A JSONL value is what its text reads as, if that stands on one line. The bytes are the caller's. `notSupported` where they take more than the kernel's memory.
 */
export function rowJson(
  kernel: Kernel,
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
  batch: TextBatch,
): Uint8Array {
  const mark = kernel.mark();
  try {
    const { rows } = batch;
    const fields: number[] = [];
    let most = rows * 3;
    for (const [index, { name, type }] of columns.entries()) {
      const text = batch.columns[index];
      if (text === undefined) throw new RangeError('a batch has fewer columns than were asked for');
      const json = type.kind === 'json' ? jsonCells(kernel, text, rows) : asJson(kernel, text, rows, jsonMode(type));
      const label = new TextEncoder().encode(`${jsonString(name)}:`);
      fields.push(kernel.put(label), label.length, json.offsets, json.values);
      most += textBytes(kernel, json, rows) + (label.length + 1) * rows;
    }
    const table = kernel.put(new Uint8Array(Uint32Array.from(fields).buffer));
    const objects = withTexts(kernel, rows, most, 0, 0, (offsets, out) =>
      kernel.structText(table, columns.length, rows, 0, offsets, out),
    );
    return asLines(kernel, objects, rows);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TrancheError(
      'notSupported',
      `${columns.length} columns make rows too large to print; read fewer columns (--columns).`,
      error,
    );
  } finally {
    kernel.release(mark);
  }
}

function textBytes(kernel: Kernel, text: TextColumn, rows: number): number {
  const ends = kernel.ints(text.offsets, rows + 1);
  return (ends[rows] ?? 0) - (ends[0] ?? 0);
}

function asLines(kernel: Kernel, objects: TextColumn, rows: number): Uint8Array {
  const ends = kernel.ints(objects.offsets, rows + 1);
  const lines = new Uint8Array((ends[rows] ?? 0) + rows);
  for (let row = 0; row < rows; row++) {
    const from = ends[row] ?? 0;
    const to = ends[row + 1] ?? from;
    lines.set(kernel.bytes(objects.values + from, to - from), from + row);
    lines[to + row] = 10;
  }
  return lines;
}

const SCALAR = /^(?:true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

/** JSONL values as they stood: a text that is a number, a boolean, an array or an object stands for one, everything else is a string. */
function jsonCells(kernel: Kernel, text: TextColumn, rows: number): TextColumn {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const ends = kernel.ints(text.offsets, rows + 1).slice();
  const present = text.validity === 0 ? null : kernel.bytes(text.validity, Math.ceil(rows / 8)).slice();
  const cells: string[] = [];
  for (let row = 0; row < rows; row++) {
    const isNull = present !== null && !(((present[row >> 3] ?? 0) >> (row & 7)) & 1);
    const from = ends[row] ?? 0;
    const value = isNull ? null : decoder.decode(kernel.bytes(text.values + from, (ends[row + 1] ?? from) - from));
    cells.push(value === null ? 'null' : isJson(value) ? value : jsonString(value));
  }
  const bytes = new TextEncoder().encode(cells.join(''));
  const encoder = new TextEncoder();
  return withTexts(kernel, rows, bytes.length, 0, 0, (offsets, out) => {
    const to = kernel.ints(offsets, rows + 1);
    to[0] = 0;
    cells.forEach((cell, row) => (to[row + 1] = (to[row] ?? 0) + encoder.encode(cell).length));
    kernel.bytes(out, bytes.length).set(bytes);
    return bytes.length;
  });
}

function isJson(text: string): boolean {
  if (SCALAR.test(text)) return true;
  // A string that reads as JSON may hold line breaks; a nested value has none, and a line may not.
  if (!/^[[{]/.test(text) || /[\r\n]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
