import type { ColumnType } from '../../model/columnType.ts';
import type { IntervalForm } from './primitiveText.ts';

/** How a column lies in Arrow's buffers (arrow.apache.org/docs/format/Columnar.html). `wide`: 64-bit offsets. */
export type ArrowLayout =
  | { readonly kind: 'null' }
  /** Buffers: a bitmap. */
  | { readonly kind: 'bits' }
  /** Buffers: values of so many bytes. */
  | { readonly kind: 'fixed'; readonly bytes: number }
  | { readonly kind: 'interval'; readonly form: IntervalForm; readonly bytes: number }
  /** Buffers: offsets, values. */
  | { readonly kind: 'bytes'; readonly wide: boolean }
  /** Buffers: views of 16 bytes, then the data they point into. */
  | { readonly kind: 'views' }
  /** Buffers: offsets; one child. A map's child is a struct of key and value. */
  | { readonly kind: 'list' | 'map'; readonly wide: boolean }
  /** Buffers: offsets, sizes; one child. */
  | { readonly kind: 'listView'; readonly wide: boolean }
  | { readonly kind: 'fixedList'; readonly width: number }
  | { readonly kind: 'struct' }
  /** Buffers: indexes. */
  | {
      readonly kind: 'dictionary';
      readonly bits: 8 | 16 | 32 | 64;
      readonly signed: boolean;
      readonly id: string;
      readonly value: ArrowField;
    }
  /** Two children: where the runs end, their values. */
  | { readonly kind: 'runEnds' }
  /** A type without a text, whose column is refused when it is read; so many buffers and no validity. */
  | { readonly kind: 'unread'; readonly buffers: number; readonly why: string };

/** A column or a part of one, as a schema describes it. */
export interface ArrowField {
  readonly name: string;
  readonly nullable: boolean;
  readonly type: ColumnType;
  readonly layout: ArrowLayout;
  readonly children: readonly ArrowField[];
}

/** Values of a field as they came from a file: nothing in the buffers is trusted. */
export interface ArrowArray {
  readonly field: ArrowField;
  readonly rows: number;
  /** Bit of the validity (and of a `bits` buffer) where row 0 lies; all other buffers begin at row 0. */
  readonly bitOffset: number;
  /** Null rows; 0 means that `validity` need not be looked at. */
  readonly nulls: number;
  readonly validity: Uint8Array | null;
  readonly buffers: readonly Uint8Array[];
  readonly children: readonly ArrowArray[];
  /** The parts of a dictionary column's dictionary, in order; null when there is none. */
  readonly dictionary: readonly ArrowArray[] | null;
}

/** Bytes [row * width, end * width) of a buffer; a plain Error if it ends before. */
export function rowBytes(buffer: Uint8Array | undefined, width: number, row: number, end: number): Uint8Array {
  if (row === end) return new Uint8Array(0);
  if (buffer === undefined || buffer.length < end * width) throw new Error('a buffer is shorter than its rows');
  return buffer.subarray(row * width, end * width);
}

/** The n-th child; a plain Error if the array lacks it. */
export function childOf(array: ArrowArray, index: number): ArrowArray {
  const child = array.children[index];
  if (child === undefined) throw new Error('a nested column lacks a part');
  return child;
}

/** int32 or int64 at a row, as a number; 64-bit values past 2^53 lose digits, which no length check survives. */
export function offsetAt(buffer: Uint8Array | undefined, wide: boolean, row: number): number {
  const bytes = rowBytes(buffer, wide ? 8 : 4, row, row + 1);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return wide ? Number(view.getBigInt64(0, true)) : view.getInt32(0, true);
}

/** True where the row is present. */
export function isPresent(array: ArrowArray, row: number): boolean {
  if (array.nulls === 0 || array.validity === null) return true;
  const bit = array.bitOffset + row;
  return (((array.validity[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
}
