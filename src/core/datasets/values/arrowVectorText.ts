import type { Data, Field } from 'apache-arrow';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import type { ArrowArray, ArrowField } from './arrowArray.ts';
import { arrowField } from './arrowColumnType.ts';
import { openTextContext } from './arrayText.ts';

/**
 * Rows [from, to) of a chunk of an `apache-arrow` vector (`vector.data[i]`) as text in the kernel; areas come from the kernel, the caller marks and
 * releases. Offsets and indexes are checked, UTF-8 too: a plain Error with a short cause, for which the caller names file and column.
 */
export function arrowVectorText(kernel: Kernel, field: Field, data: Data, from: number, to: number): TextColumn {
  return openTextContext(kernel, new Map()).textOf(dataArray(arrowField(field), data), from, to);
}

/** A chunk of `apache-arrow` as an array of ours; buffers are shared. */
export function dataArray(field: ArrowField, data: Data): ArrowArray {
  const { layout } = field;
  return {
    field,
    rows: data.length,
    bitOffset: data.offset,
    nulls: layout.kind === 'null' ? data.length : data.nullCount,
    validity: data.nullBitmap instanceof Uint8Array ? data.nullBitmap : null,
    buffers: buffersOf(layout.kind, data),
    children: field.children.flatMap((child, index) => {
      const part = data.children[index];
      return part === undefined ? [] : [dataArray(child, part)];
    }),
    dictionary: layout.kind === 'dictionary' ? dictionaryOf(layout.value, data) : null,
  };
}

function buffersOf(kind: ArrowField['layout']['kind'], data: Data): Uint8Array[] {
  const offsets = rawBytes(data.valueOffsets);
  const values = rawBytes(data.values);
  if (kind === 'bytes') return [offsets, values];
  if (kind === 'list' || kind === 'map') return [offsets];
  if (kind === 'views') return [values, ...data.variadicBuffers.map(rawBytes)];
  return [values];
}

function rawBytes(buffer: unknown): Uint8Array {
  if (!ArrayBuffer.isView(buffer)) return new Uint8Array(0);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function dictionaryOf(value: ArrowField, data: Data): ArrowArray[] | null {
  if (!data.dictionary) return null;
  return data.dictionary.data.map((chunk: Data) => dataArray(value, chunk));
}
