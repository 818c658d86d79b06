import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import { offsetsOf, presenceOf, putBits } from './arrayParts.ts';
import { childOf, rowBytes, type ArrowArray } from './arrowArray.ts';
import { joinTexts } from './joinTexts.ts';
import { fixedListText, listText, listViewText, mapText, structText } from './nestedText.ts';
import { dictionaryIndexes, pickText, runIndexes } from './pickText.ts';
import { binaryText, decimalText, intervalText, nullText, primitiveText } from './primitiveText.ts';
import type { DictionaryText, TextContext } from './textContext.ts';
import { utf8Text } from './utf8Text.ts';
import { viewParts } from './viewParts.ts';

/** A context whose dictionaries are made into text when they are met; `dictionaries` holds those that are text already. */
export function openTextContext(kernel: Kernel, dictionaries: TextContext['dictionaries']): TextContext {
  const context: TextContext = {
    kernel,
    dictionaries,
    textOf: (array, from, to) => arrayText(context, array, from, to),
  };
  return context;
}

/** Rows [from, to) of an array as text in the kernel (`docs/values.md`). Nothing in the array is trusted: what is out of bounds or not UTF-8 is a plain Error with a short cause. */
function arrayText(context: TextContext, array: ArrowArray, from: number, to: number): TextColumn {
  if (from < 0 || to > array.rows || from > to) throw new Error('a nested column is shorter than its parent');
  const { kernel } = context;
  const { layout } = array.field;
  switch (layout.kind) {
    case 'null':
      return nullText(kernel, to - from);
    case 'bits':
    case 'fixed':
    case 'interval':
      return fixedText(kernel, array, from, to);
    case 'bytes':
    case 'views':
      return bytesText(kernel, array, from, to);
    case 'dictionary':
      return dictionaryText(context, array, from, to);
    case 'runEnds':
      return runsText(context, array, from, to);
    default:
      return nestedText(context, array, from, to);
  }
}

function nestedText(context: TextContext, array: ArrowArray, from: number, to: number): TextColumn {
  const { layout } = array.field;
  switch (layout.kind) {
    case 'list':
      return listText(context, array, from, to);
    case 'listView':
      return listViewText(context, array, from, to);
    case 'fixedList':
      return fixedListText(context, array, layout.width, from, to);
    case 'struct':
      return structText(context, array, from, to);
    case 'map':
      return mapText(context, array, from, to);
    default:
      throw new Error(`${layout.kind} is not a nested layout`);
  }
}

function fixedText(kernel: Kernel, array: ArrowArray, from: number, to: number): TextColumn {
  const { type, layout } = array.field;
  const rows = to - from;
  const { validity, nulls } = presenceOf(kernel, array, from, to);
  if (layout.kind === 'bits') {
    const { at } = putBits(kernel, array.buffers[0], array.bitOffset + from, rows);
    return primitiveText(kernel, type, rows, at, validity, nulls);
  }
  const bytes = layout.kind === 'fixed' || layout.kind === 'interval' ? layout.bytes : 0;
  const data = kernel.put(rowBytes(array.buffers[0], bytes, from, to));
  if (layout.kind === 'interval') return intervalText(kernel, layout.form, rows, data, validity, nulls);
  if (type.kind === 'decimal') return decimalText(kernel, bytes, type.scale, rows, data, validity, nulls);
  return primitiveText(kernel, type, rows, data, validity, nulls);
}

function bytesText(kernel: Kernel, array: ArrowArray, from: number, to: number): TextColumn {
  const presence = presenceOf(kernel, array, from, to);
  const rows = to - from;
  const { offsets, values } =
    array.field.layout.kind === 'views' ? viewParts(kernel, array, from, to) : binaryParts(kernel, array, from, to);
  return array.field.type.kind === 'utf8'
    ? utf8Text(kernel, rows, offsets, values, presence)
    : binaryText(kernel, rows, offsets, values, presence.validity, presence.nulls);
}

/** Offsets from 0 and the bytes they count, both checked, in the kernel. */
function binaryParts(kernel: Kernel, array: ArrowArray, from: number, to: number): { offsets: number; values: number } {
  const { offsets, first, last } = offsetsOf(kernel, array, from, to, array.buffers[1]?.length ?? 0);
  return { offsets, values: kernel.put(rowBytes(array.buffers[1], 1, first, last)) };
}

function dictionaryText(context: TextContext, array: ArrowArray, from: number, to: number): TextColumn {
  const { kernel } = context;
  const { dictionary } = array;
  const presence = presenceOf(kernel, array, from, to);
  if (dictionary === null) {
    if (presence.nulls === to - from) return nullText(kernel, to - from);
    throw new Error('its dictionary is missing');
  }
  const { text, rows } = context.dictionaries.get(dictionary) ?? wholeDictionary(context, dictionary);
  return pickText(kernel, to - from, dictionaryIndexes(kernel, array, from, to), presence, text, rows);
}

/** The texts of all parts of a dictionary. */
export function wholeDictionary(context: TextContext, parts: readonly ArrowArray[]): DictionaryText {
  const texts = parts.map((part) => ({ text: context.textOf(part, 0, part.rows), rows: part.rows }));
  return joinTexts(context.kernel, texts);
}

function runsText(context: TextContext, array: ArrowArray, from: number, to: number): TextColumn {
  const values = childOf(array, 1);
  const { indexes, first, last } = runIndexes(context.kernel, array, from, to);
  const text = arrayText(context, values, first, last);
  return pickText(context.kernel, to - from, indexes, presenceOf(context.kernel, array, from, to), text, last - first);
}
