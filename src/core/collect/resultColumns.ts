import type { SchemaElement } from 'hyparquet';
import { TrancheError } from '../errors.ts';
import type { AnswerProperty, AnswerShape, PropertyType } from './answerSchema.ts';
import { ANSWER_SUFFIX, type ColumnNames, columnNames, INPUT_SUFFIX } from './columnNames.ts';
import type { JoinedRow } from './joinRun.ts';
import type { KeptSchema } from './keptRowsWriter.ts';
import { FloatListBuilder, PageBuilder } from './pageBuilder.ts';
import type { ParquetLeaf, ParquetPage } from './parquetFile.ts';
import { textAt, textBytes } from './parquetPages.ts';
import { TEXT_STORAGE, valueStorage } from './valueStorage.ts';

/** A dataset's value that is no text of its column's type; the column has to stay text. */
export class NotOfItsType extends TrancheError {
  /** Name of the column in the dataset. */
  readonly column: string;

  constructor(column: string) {
    super('corrupt', `A kept value of the column "${column}" is not of the column's type.`);
    this.column = column;
  }
}

/** Fills one column of a result table. */
export interface ColumnFiller {
  readonly sizeBytes: () => number;
  readonly add: (row: JoinedRow) => void;
  readonly takePages: () => ParquetPage[];
}

/** One column of a result table. */
export interface ResultColumn {
  readonly name: string;
  readonly elements: readonly SchemaElement[];
  readonly leaf: ParquetLeaf;
  readonly filler: () => ColumnFiller;
  /** The value as JSON text. */
  readonly json: (row: JoinedRow) => string;
}

function flat(
  name: string,
  element: Omit<SchemaElement, 'name' | 'repetition_type'>,
  add: (into: PageBuilder, row: JoinedRow) => void,
  json: (row: JoinedRow) => string,
): ResultColumn {
  const full: SchemaElement = { ...element, name, repetition_type: 'OPTIONAL' };
  return {
    name,
    elements: [full],
    leaf: { path: [name], element: full },
    filler: () => {
      const pages = new PageBuilder();
      return {
        sizeBytes: () => pages.sizeBytes,
        add: (row) => add(pages, row),
        takePages: () => pages.takePages(),
      };
    },
    json,
  };
}

function textColumn(name: string, get: (row: JoinedRow) => string | null): ResultColumn {
  const add = (into: PageBuilder, row: JoinedRow): void => {
    const text = get(row);
    if (text === null) into.null();
    else into.text(text);
  };
  return flat(name, TEXT_STORAGE.element, add, (row) => JSON.stringify(get(row)));
}

function countColumn(name: string, get: (row: JoinedRow) => number | null): ResultColumn {
  const add = (into: PageBuilder, row: JoinedRow): void => {
    const count = get(row);
    if (count === null) into.null();
    else into.int64(BigInt(count));
  };
  return flat(name, { type: 'INT64' }, add, (row) => String(get(row)));
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const NUMBER_KINDS = ['int', 'float', 'decimal'];
const NESTED_KINDS = ['list', 'struct', 'map'];

/** A kept text as a JSON value: numbers and booleans as they are spelt, nested values as they stand, all else as strings. */
function keptJson(kind: string, text: string | null): string {
  if (text === null) return 'null';
  if (kind === 'bool' && (text === 'true' || text === 'false')) return text;
  if (NUMBER_KINDS.includes(kind) && JSON_NUMBER.test(text)) return text;
  return NESTED_KINDS.includes(kind) ? text : JSON.stringify(text);
}

function keptColumns(schema: KeptSchema, names: ColumnNames, asText: ReadonlySet<string>): ResultColumn[] {
  const isKey = (name: string): boolean => schema.key.some((column) => column.name === name);
  return [...schema.key, ...schema.carried].flatMap((column, index) => {
    if (index >= schema.key.length && isKey(column.name)) return [];
    const storage = asText.has(column.name) ? TEXT_STORAGE : valueStorage(column.type);
    const add = (into: PageBuilder, { block, row }: JoinedRow): void => {
      const values = block.columns[index + 1];
      const bytes = values === undefined ? null : textBytes(values, row);
      if (bytes === null) into.null();
      else if (!storage.add(into, bytes)) throw new NotOfItsType(column.name);
    };
    return flat(names.take(column.name, INPUT_SUFFIX), storage.element, add, ({ block, row }) => {
      const values = block.columns[index + 1];
      return keptJson(column.type.kind, values === undefined ? null : textAt(values, row));
    });
  });
}

const INT64_DIGITS = /^-?\d{1,19}$/;

/** An integer of 64 bits however JSON spells it; null for all else. */
function jsonInteger(text: string): bigint | null {
  const value = Number(text);
  const whole = INT64_DIGITS.test(text) ? BigInt(text) : Number.isSafeInteger(value) ? BigInt(value) : null;
  return whole !== null && BigInt.asIntN(64, whole) === whole ? whole : null;
}

const PROPERTY_ELEMENTS: Readonly<Record<PropertyType, ResultColumn['leaf']['element']>> = {
  text: { name: '', ...TEXT_STORAGE.element },
  json: { name: '', ...TEXT_STORAGE.element },
  int64: { name: '', type: 'INT64' },
  double: { name: '', type: 'DOUBLE' },
  bool: { name: '', type: 'BOOLEAN' },
};

type PropertyValue = string | bigint | number | boolean | null;

/** The value of a property for its column: null where the JSON value is null or is not of the column's type. */
function propertyValue(type: PropertyType, json: string): PropertyValue {
  if (json === 'null') return null;
  const isText = json.startsWith('"');
  switch (type) {
    case 'text':
      return isText ? (JSON.parse(json) as string) : null;
    case 'int64':
      return JSON_NUMBER.test(json) ? jsonInteger(json) : null;
    case 'double':
      return JSON_NUMBER.test(json) && Number.isFinite(Number(json)) ? Number(json) : null;
    case 'bool':
      return json === 'true' ? true : json === 'false' ? false : null;
    case 'json':
      return json;
  }
}

function addProperty(into: PageBuilder, value: PropertyValue): void {
  if (value === null) into.null();
  else if (typeof value === 'string') into.text(value);
  else if (typeof value === 'bigint') into.int64(value);
  else if (typeof value === 'number') into.double(value);
  else into.bool(value);
}

/** Raw line breaks of JSON stand only between its values, so a space does as well and keeps a row on one line. */
function onOneLine(json: string): string {
  return json.replaceAll(/[\r\n]+/g, ' ');
}

function propertyColumn(property: AnswerProperty, name: string): ResultColumn {
  const get = ({ answer }: JoinedRow): PropertyValue =>
    propertyValue(property.type, answer?.properties?.get(property.name) ?? 'null');
  return flat(
    name,
    PROPERTY_ELEMENTS[property.type],
    (into, row) => addProperty(into, get(row)),
    (row) => {
      const value = get(row);
      if (property.type === 'json') return value === null ? 'null' : onOneLine(String(value));
      return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
    },
  );
}

/** At most 9 digits that read back as the same float32; null for what JSON can not say. */
function floatJson(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  for (const digits of [6, 7, 8]) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

function embeddingColumn(name: string, index: number): ResultColumn {
  const element: SchemaElement = { name: 'element', type: 'FLOAT', repetition_type: 'REQUIRED' };
  const get = ({ answer }: JoinedRow): Float32Array | null => answer?.embeddings[index] ?? null;
  return {
    name,
    elements: [
      {
        name,
        repetition_type: 'OPTIONAL',
        num_children: 1,
        converted_type: 'LIST',
        logical_type: { type: 'LIST' },
      },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      element,
    ],
    leaf: { path: [name, 'list', 'element'], element },
    filler: () => {
      const pages = new FloatListBuilder();
      return {
        sizeBytes: () => pages.sizeBytes,
        add: (row) => {
          const vector = get(row);
          if (vector === null) pages.null();
          else pages.list(vector);
        },
        takePages: () => pages.takePages(),
      };
    },
    json: (row) => {
      const vector = get(row);
      return vector === null ? 'null' : `[${Array.from(vector, floatJson).join(',')}]`;
    },
  };
}

function embeddingNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => (index === 0 ? 'embedding' : `embedding_${index + 1}`));
}

const OWN = ['status', 'content', 'finish_reason', 'prompt_tokens', 'completion_tokens', 'error'];

/**
 * The columns of `results`: key and carried columns in their own types (those in `asText` as text), then what the answers say.
 * Our names are fixed; a dataset's column of the same name gets `_input`, an answer's property `_answer`.
 */
export function resultColumns(schema: KeptSchema, shape: AnswerShape, asText: ReadonlySet<string>): ResultColumn[] {
  const embeddings = embeddingNames(shape.embeddings);
  const names = columnNames([...OWN, ...embeddings]);
  return [
    ...keptColumns(schema, names, asText),
    textColumn('status', ({ status }) => status),
    textColumn('content', ({ answer }) => answer?.content ?? null),
    ...shape.properties.map((property) => propertyColumn(property, names.take(property.name, ANSWER_SUFFIX))),
    ...embeddings.map(embeddingColumn),
    textColumn('finish_reason', ({ answer }) => answer?.finishReason ?? null),
    countColumn('prompt_tokens', ({ answer }) => answer?.promptTokens ?? null),
    countColumn('completion_tokens', ({ answer }) => answer?.completionTokens ?? null),
    textColumn('error', ({ error }) => error),
  ];
}

/** The columns of `failures`: the key, `status` and `error`. */
export function failureColumns(schema: KeptSchema, asText: ReadonlySet<string>): ResultColumn[] {
  return [
    ...keptColumns({ key: schema.key, carried: [] }, columnNames(['status', 'error']), asText),
    textColumn('status', ({ status }) => status),
    textColumn('error', ({ error }) => error),
  ];
}
