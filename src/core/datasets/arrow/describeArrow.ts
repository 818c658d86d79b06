import type { DatasetFile } from '../../model/dataset.ts';
import type { ByteSource } from '../../ports.ts';
import type { ColumnFacts, FileDescription } from '../../model/fileDescription.ts';
import type { ArrowField } from '../values/arrowArray.ts';
import { badArrow, blockMessage, openContainer, type ArrowContainer } from './arrowContainer.ts';
import { batchParts, packedBytes } from './batchParts.ts';
import { dictionaryIds } from './readBody.ts';

type ArrowFile = Extract<ArrowContainer, { kind: 'file' }>;

/** Columns, and for a file rows and bytes by column from the metadata of its record batches; a stream says only its columns. */
export async function describeArrow(
  source: ByteSource,
  file: DatasetFile,
  signal: AbortSignal,
): Promise<FileDescription> {
  try {
    const container = await openContainer(source, signal);
    const columns = container.fields.map(({ name, type, nullable }) => ({ name, type, nullable }));
    refuseTwins(container.fields);
    if (container.kind === 'stream') {
      return { columns, rows: null, columnFacts: new Map(), identity: { from: 0, to: source.sizeBytes } };
    }
    const { rows, columnFacts } = await factsOf(source, container, signal);
    return { columns, rows, columnFacts, identity: { from: container.footerAt, to: source.sizeBytes } };
  } catch (error) {
    throw badArrow(file.name, error);
  }
}

function refuseTwins(fields: readonly ArrowField[]): void {
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name)) throw new Error(`it has two columns named "${name}"`);
    seen.add(name);
  }
}

interface Tally {
  diskBytes: number;
  nulls: number;
  packed: boolean;
}

async function factsOf(
  source: ByteSource,
  container: ArrowFile,
  signal: AbortSignal,
): Promise<{ rows: number; columnFacts: Map<string, ColumnFacts> }> {
  const tallies = container.fields.map((field) => ({ field, tally: { diskBytes: 0, nulls: 0, packed: false } }));
  const dictionaries = await dictionaryBytes(source, container, signal);
  let rows = 0;
  for (const block of container.batches) {
    const { message } = await blockMessage(source, block, signal);
    if (message.kind !== 'batch') throw new Error('its footer is broken');
    rows += message.batch.rows;
    for (const [index, part] of batchParts(container.fields, message.batch).entries()) {
      const tally: Tally | undefined = tallies[index]?.tally;
      if (tally === undefined) continue;
      tally.diskBytes += packedBytes(part);
      tally.nulls += part.field.layout.kind === 'null' ? part.rows : part.nulls;
      tally.packed ||= message.batch.codec !== 'UNCOMPRESSED';
    }
  }
  const columnFacts = new Map(
    tallies.map(({ field, tally }): [string, ColumnFacts] => {
      const ids = new Set(dictionaryIds(field));
      const diskBytes = tally.diskBytes + [...ids].reduce((sum, id) => sum + (dictionaries.get(id) ?? 0), 0);
      return [field.name, factsOfColumn(diskBytes, tally, ids.size > 0, field)];
    }),
  );
  return { rows, columnFacts };
}

function factsOfColumn(diskBytes: number, tally: Tally, dictionary: boolean, field: ArrowField): ColumnFacts {
  return {
    diskBytes,
    encodedBytes: tally.packed ? null : diskBytes,
    nulls: field.layout.kind === 'runEnds' || field.layout.kind === 'unread' || dictionary ? null : tally.nulls,
    textBytes: null,
    dictionary,
  };
}

async function dictionaryBytes(
  source: ByteSource,
  container: ArrowFile,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const bytes = new Map<string, number>();
  for (const block of container.dictionaries) {
    const { message } = await blockMessage(source, block, signal);
    if (message.kind !== 'dictionary') throw new Error('its footer is broken');
    bytes.set(message.id, (bytes.get(message.id) ?? 0) + message.batch.bodyBytes);
  }
  return bytes;
}
