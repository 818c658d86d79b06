import type { ByteSource, Codecs } from '../../ports.ts';
import { isPresent, rowBytes, type ArrowArray } from '../values/arrowArray.ts';
import { blockMessage, messageAt, type ArrowContainer, type PlacedMessage } from './arrowContainer.ts';
import { batchParts, type Part } from './batchParts.ts';
import { arrayOf, readBody, type Dictionaries } from './readBody.ts';
import { wantedPart, type WantedColumn } from './wantedColumn.ts';

/** The wanted columns of one record batch, in the order asked for; null where the file has no such column. */
export interface RecordBatchArrays {
  /** The record batch's number in its file. */
  readonly index: number;
  readonly rows: number;
  readonly arrays: readonly (ArrowArray | null)[];
  /** As they are for this record batch; another map when they changed. */
  readonly dictionaries: Dictionaries;
}

/** What reading record batches needs. */
export interface BatchSource {
  readonly source: ByteSource;
  readonly container: ArrowContainer;
  readonly codecs: Codecs;
  readonly columns: readonly (WantedColumn | null)[];
}

/** Record batches [from, to) of a file, or all of a stream, one at a time: of each only what the columns need is read. */
export async function* recordBatches(
  from: BatchSource,
  range: { readonly from: number; readonly to: number | null },
  signal: AbortSignal,
): AsyncGenerator<RecordBatchArrays> {
  const { container } = from;
  if (container.kind === 'stream') yield* streamedBatches(from, container.firstAt, signal);
  else yield* fileBatches(from, container, range, signal);
}

/** A dictionary's values by its id. */
function valueFields(from: BatchSource): Map<string, ArrowArray['field']> {
  const found = new Map<string, ArrowArray['field']>();
  const visit = (field: ArrowArray['field']): void => {
    field.children.forEach(visit);
    if (field.layout.kind !== 'dictionary') return;
    found.set(field.layout.id, field.layout.value);
    visit(field.layout.value);
  };
  from.columns.forEach((column) => column && visit(column.field));
  return found;
}

async function* fileBatches(
  from: BatchSource,
  container: Extract<ArrowContainer, { kind: 'file' }>,
  range: { readonly from: number; readonly to: number | null },
  signal: AbortSignal,
): AsyncGenerator<RecordBatchArrays> {
  let dictionaries: Dictionaries = new Map();
  const wanted = valueFields(from);
  if (wanted.size > 0) {
    for (const block of container.dictionaries) {
      dictionaries = await withDictionary(
        from,
        await blockMessage(from.source, block, signal),
        wanted,
        dictionaries,
        signal,
      );
    }
  }
  const end = range.to ?? container.batches.length;
  for (const [offset, block] of container.batches.slice(range.from, end).entries()) {
    const placed = await blockMessage(from.source, block, signal);
    yield await loaded(from, placed, range.from + offset, dictionaries, signal);
  }
}

async function* streamedBatches(
  from: BatchSource,
  firstAt: number,
  signal: AbortSignal,
): AsyncGenerator<RecordBatchArrays> {
  let dictionaries: Dictionaries = new Map();
  const wanted = valueFields(from);
  let index = 0;
  for (let placed = await messageAt(from.source, firstAt, signal); placed !== null;) {
    if (placed.message.kind === 'batch') yield await loaded(from, placed, index++, dictionaries, signal);
    else if (placed.message.kind === 'dictionary') {
      dictionaries = await withDictionary(from, placed, wanted, dictionaries, signal);
    } else if (placed.message.kind === 'schema') throw new Error('a second schema follows the first');
    placed = await messageAt(from.source, placed.next, signal);
  }
}

/** The dictionaries with one more message: a delta goes behind what there is, anything else in its place. */
async function withDictionary(
  from: BatchSource,
  { message, bodyAt }: PlacedMessage,
  wanted: ReadonlyMap<string, ArrowArray['field']>,
  dictionaries: Dictionaries,
  signal: AbortSignal,
): Promise<Dictionaries> {
  if (message.kind !== 'dictionary') throw new Error('its footer is broken');
  const field = wanted.get(message.id);
  if (field === undefined) return dictionaries;
  const { batch } = message;
  const parts = batchParts([field], batch);
  const buffers = await readBody(from.source, bodyAt, parts, batch.codec, from.codecs, signal);
  const added = parts.map((part) => arrayOf(part, buffers, dictionaries));
  const before = message.delta ? (dictionaries.get(message.id) ?? []) : [];
  return new Map(dictionaries).set(message.id, [...before, ...added]);
}

async function loaded(
  from: BatchSource,
  { message, bodyAt }: PlacedMessage,
  index: number,
  dictionaries: Dictionaries,
  signal: AbortSignal,
): Promise<RecordBatchArrays> {
  if (message.kind !== 'batch') throw new Error('its footer is broken');
  const { batch } = message;
  const parts = batchParts(from.container.fields, batch);
  const found = from.columns.map((column) => column && wantedPart(parts, column));
  const needed = found.flatMap((one): Part[] => (one === null ? [] : [one.part, ...one.around]));
  const buffers = await readBody(from.source, bodyAt, needed, batch.codec, from.codecs, signal);
  const arrays = found.map((one) => {
    if (one === null) return null;
    const array = arrayOf(one.part, buffers, dictionaries);
    return one.around.reduce((inner, part) => masked(inner, arrayOf(part, buffers, dictionaries), batch.rows), array);
  });
  return { index, rows: batch.rows, arrays, dictionaries };
}

/** A field of a struct, null wherever the struct is. */
function masked(array: ArrowArray, struct: ArrowArray, rows: number): ArrowArray {
  if (array.rows < rows || array.field.layout.kind === 'null') return array;
  for (const one of [array, struct]) {
    // Rows that a file claims must be there before a bitmap for them is made.
    if (one.nulls > 0) rowBytes(one.validity ?? undefined, 1, 0, Math.ceil(rows / 8));
  }
  const { layout } = array.field;
  if (layout.kind === 'fixed') rowBytes(array.buffers[0], layout.bytes, 0, rows);
  const validity = new Uint8Array(Math.ceil(rows / 8));
  let nulls = 0;
  for (let row = 0; row < rows; row++) {
    if (isPresent(array, row) && isPresent(struct, row))
      validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7));
    else nulls++;
  }
  return { ...array, validity, nulls };
}
