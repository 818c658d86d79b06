import type { Kernel } from '../../../kernel/kernel.ts';
import type { TextColumn } from '../../../kernel/textColumn.ts';
import type { ColumnType } from '../../model/columnType.ts';
import { offsetsOf, presenceOf } from './arrayParts.ts';
import { childOf, isPresent, offsetAt, type ArrowArray } from './arrowArray.ts';
import { jsonString } from './jsonString.ts';
import { pickText } from './pickText.ts';
import type { TextContext } from './textContext.ts';
import { withTexts } from './withTexts.ts';

const MODES = { text: 0, json: 1, float: 2 } as const;
/** Items of a batch's list views, which may share them: more is a hostile file. */
const MAX_VIEWED_ITEMS = 1 << 26;

/** How a value of the type stands inside JSON: quoted, as its text is, or quoted unless it is a number. */
export function jsonMode(type: ColumnType): 0 | 1 | 2 {
  switch (type.kind) {
    case 'bool':
    case 'int':
    case 'decimal':
    case 'list':
    case 'struct':
    case 'map':
      return MODES.json;
    case 'float':
      return MODES.float;
    default:
      return MODES.text;
  }
}

/** A text column's values as JSON values, null as `null`. */
export function asJson(kernel: Kernel, text: TextColumn, rows: number, mode: 0 | 1 | 2): TextColumn {
  if (mode === MODES.json && text.nulls === 0) return text;
  const bytes = kernel.jsonBytes(text.offsets, text.values, rows, text.validity, mode);
  return withTexts(kernel, rows, bytes, 0, 0, (offsets, out) =>
    kernel.jsonText(text.offsets, text.values, rows, text.validity, mode, offsets, out),
  );
}

function jsonOf(context: TextContext, array: ArrowArray, from: number, to: number): TextColumn {
  return asJson(context.kernel, context.textOf(array, from, to), to - from, jsonMode(array.field.type));
}

function bytesOf(kernel: Kernel, text: TextColumn, rows: number): number {
  const ends = kernel.ints(text.offsets, rows + 1);
  return (ends[rows] ?? 0) - (ends[0] ?? 0);
}

/** Lists of rows [from, to) as JSON arrays. */
export function listText(context: TextContext, array: ArrowArray, from: number, to: number): TextColumn {
  const child = childOf(array, 0);
  const { offsets, first, last } = offsetsOf(context.kernel, array, from, to, child.rows);
  return bracketed(context.kernel, array, from, to, offsets, jsonOf(context, child, first, last), last - first);
}

/** Lists of a fixed width as JSON arrays. */
export function fixedListText(
  context: TextContext,
  array: ArrowArray,
  width: number,
  from: number,
  to: number,
): TextColumn {
  const { kernel } = context;
  const items = jsonOf(context, childOf(array, 0), from * width, to * width);
  const offsets = kernel.reserve((to - from + 1) * 4);
  kernel.ints(offsets, to - from + 1).forEach((_, row, all) => (all[row] = row * width));
  return bracketed(kernel, array, from, to, offsets, items, (to - from) * width);
}

/** List views as JSON arrays: their items may lie in any order and overlap. */
export function listViewText(context: TextContext, array: ArrowArray, from: number, to: number): TextColumn {
  const { kernel } = context;
  const child = childOf(array, 0);
  const lists = viewedItems(array, child.rows, from, to);
  const items = jsonOf(context, child, lists.first, lists.last);
  const indexes = kernel.reserve(lists.count * 4);
  const offsets = kernel.reserve((to - from + 1) * 4);
  const picked = kernel.ints(indexes, lists.count);
  const ends = kernel.ints(offsets, to - from + 1);
  let at = 0;
  ends[0] = 0;
  lists.starts.forEach((start, row) => {
    for (let item = 0; item < (lists.sizes[row] ?? 0); item++) picked[at++] = start - lists.first + item;
    ends[row + 1] = at;
  });
  const none = { validity: 0, nulls: 0 };
  const all = pickText(kernel, lists.count, indexes, none, items, lists.last - lists.first);
  return bracketed(kernel, array, from, to, offsets, all, lists.count);
}

interface ViewedItems {
  readonly starts: number[];
  readonly sizes: number[];
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

function viewedItems(array: ArrowArray, items: number, from: number, to: number): ViewedItems {
  const { layout } = array.field;
  const wide = layout.kind === 'listView' && layout.wide;
  const found = { starts: [] as number[], sizes: [] as number[], first: items, last: 0, count: 0 };
  for (let row = from; row < to; row++) {
    const size = isPresent(array, row) ? offsetAt(array.buffers[1], wide, row) : 0;
    const start = size === 0 ? 0 : offsetAt(array.buffers[0], wide, row);
    if (size < 0 || start < 0 || start + size > items) throw new Error('a list points outside its items');
    found.starts.push(start);
    found.sizes.push(size);
    found.count += size;
    if (size > 0) found.first = Math.min(found.first, start);
    found.last = Math.max(found.last, start + size);
    if (found.count > MAX_VIEWED_ITEMS) throw new Error('its lists share too many items');
  }
  return { ...found, first: Math.min(found.first, found.last) };
}

function bracketed(
  kernel: Kernel,
  array: ArrowArray,
  from: number,
  to: number,
  lists: number,
  items: TextColumn,
  count: number,
): TextColumn {
  const rows = to - from;
  const { validity, nulls } = presenceOf(kernel, array, from, to);
  const most = bytesOf(kernel, items, count) + count + rows * 2;
  return withTexts(kernel, rows, most, validity, nulls, (offsets, out) =>
    kernel.listText(lists, rows, validity, items.offsets, items.values, offsets, out),
  );
}

/** Structs of rows [from, to) as JSON objects with every field, in the order of the schema. */
export function structText(context: TextContext, array: ArrowArray, from: number, to: number): TextColumn {
  const { kernel } = context;
  const rows = to - from;
  const { validity, nulls } = presenceOf(kernel, array, from, to);
  const fields: number[] = [];
  let most = rows * 2;
  for (const child of array.children) {
    const text = jsonOf(context, child, from, to);
    const label = new TextEncoder().encode(`${jsonString(child.field.name)}:`);
    fields.push(kernel.put(label), label.length, text.offsets, text.values);
    most += bytesOf(kernel, text, rows) + (label.length + 1) * rows;
  }
  const table = kernel.put(new Uint8Array(Uint32Array.from(fields).buffer));
  return withTexts(kernel, rows, most, validity, nulls, (offsets, out) =>
    kernel.structText(table, array.children.length, rows, validity, offsets, out),
  );
}

/** Maps as JSON objects if their keys are text, else as arrays of pairs; entries in their order, repeated keys too. */
export function mapText(context: TextContext, array: ArrowArray, from: number, to: number): TextColumn {
  const { kernel } = context;
  const rows = to - from;
  const entries = childOf(array, 0);
  const [key, value] = [childOf(entries, 0), childOf(entries, 1)];
  const { offsets: maps, first, last } = offsetsOf(kernel, array, from, to, entries.rows);
  const keyText = context.textOf(key, first, last);
  if (keyText.nulls > 0) throw new Error('a map has a key that is null');
  const keys = asJson(kernel, keyText, last - first, jsonMode(key.field.type));
  const values = jsonOf(context, value, first, last);
  const { validity, nulls } = presenceOf(kernel, array, from, to);
  const count = last - first;
  const most = bytesOf(kernel, keys, count) + bytesOf(kernel, values, count) + count * 4 + rows * 2;
  const asObject = key.field.type.kind === 'utf8';
  return withTexts(kernel, rows, most, validity, nulls, (offsets, out) =>
    kernel.mapText(
      maps,
      rows,
      validity,
      keys.offsets,
      keys.values,
      values.offsets,
      values.values,
      asObject,
      offsets,
      out,
    ),
  );
}
