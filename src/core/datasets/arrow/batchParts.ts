import type { ArrowField } from '../values/arrowArray.ts';
import type { BatchMeta, Region } from './message.ts';

/** Where a field's values lie in the body of a record batch. */
export interface Part {
  readonly field: ArrowField;
  readonly rows: number;
  readonly nulls: number;
  /** Null for layouts without one. */
  readonly validity: Region | null;
  readonly regions: readonly Region[];
  readonly children: readonly Part[];
}

/** Lays the fields of a record batch over its metadata. A plain Error if they do not fit. */
export function batchParts(fields: readonly ArrowField[], batch: BatchMeta): Part[] {
  let [node, region, view] = [0, 0, 0];
  const next = (count: number): Region[] => {
    const found = batch.regions.slice(region, region + count);
    region += count;
    if (found.length !== count) throw new Error('a record batch lacks buffers');
    return found;
  };
  const partOf = (field: ArrowField): Part => {
    const { rows, nulls } = batch.nodes[node++] ?? { rows: -1, nulls: 0 };
    if (rows < 0) throw new Error('a record batch lacks columns');
    const { layout } = field;
    const bare = layout.kind === 'null' || layout.kind === 'runEnds' || layout.kind === 'unread';
    const [validity = null] = bare && !(layout.kind !== 'null' && batch.runsHaveValidity) ? [] : next(1);
    const count = layout.kind === 'views' ? 1 + (batch.viewBuffers[view++] ?? 0) : bufferCount(field);
    const regions = next(count);
    return { field, rows, nulls: bare ? 0 : nulls, validity, regions, children: field.children.map(partOf) };
  };
  const parts = fields.map(partOf);
  if (parts.some((part) => part.rows !== batch.rows)) throw new Error('the columns of a record batch differ in length');
  return parts;
}

/** Buffers besides the validity, by layout. */
function bufferCount(field: ArrowField): number {
  switch (field.layout.kind) {
    case 'null':
    case 'runEnds':
    case 'struct':
    case 'fixedList':
      return 0;
    case 'unread':
      return field.layout.buffers;
    case 'bytes':
    case 'listView':
      return 2;
    default:
      return 1;
  }
}

/** All regions of a part and what lies in it. */
export function regionsOf(part: Part): Region[] {
  const own = part.validity === null || part.nulls === 0 ? part.regions : [part.validity, ...part.regions];
  return [...own, ...part.children.flatMap(regionsOf)];
}

/** Bytes of all regions of a part, as they lie in the file. */
export function packedBytes(part: Part): number {
  return regionsOf(part).reduce((sum, { length }) => sum + length, 0);
}
