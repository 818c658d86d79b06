import { type BodyNode, bodyAt, bodyToJson } from '../model/body.ts';
import type { Job } from '../model/job.ts';

/** How the value of an answer's property is kept in its column; `json`: as JSON text. */
export type PropertyType = 'text' | 'int64' | 'double' | 'bool' | 'json';

/** One property of the answer's JSON schema. */
export interface AnswerProperty {
  readonly name: string;
  readonly type: PropertyType;
}

/** Says what is wrong with a value in one short phrase, or null when it fits. */
export type ValueCheck = (value: unknown) => string | null;

/** Makes a check from a JSON schema; throws when the schema itself is of no use. */
export type SchemaCompiler = (schema: unknown) => ValueCheck;

/** What a job's answers look like. */
export interface AnswerShape {
  readonly endpoint: Job['request']['endpoint'];
  /** The body asks for JSON, with a schema or without. */
  readonly wantsJson: boolean;
  /** Null when there is no schema, or when it differs from row to row. */
  readonly check: ValueCheck | null;
  readonly properties: readonly AnswerProperty[];
  /** Embeddings in one answer; 0 for other endpoints. */
  readonly embeddings: number;
}

const MAX_REFERENCES = 16;

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The format node: `response_format` with its `json_schema`, or `text.format` of the responses endpoint. */
function schemaOf(body: BodyNode): { wantsJson: boolean; schema: BodyNode | undefined } {
  const chat = bodyAt(body, 'response_format');
  const format = chat ?? bodyAt(body, 'text', 'format');
  const kind = bodyAt(format, 'type');
  const schema = chat === undefined ? bodyAt(format, 'schema') : bodyAt(format, 'json_schema', 'schema');
  return {
    wantsJson: kind === 'json_schema' || kind === 'json_object',
    schema: kind === 'json_schema' ? schema : undefined,
  };
}

/** A template's text without placeholders as it will stand in a line; null when it has any. */
function literal(text: string): string | null {
  const pieces = text.split('{{{{');
  return pieces.some((piece) => piece.includes('{{')) ? null : pieces.join('{{');
}

/** The schema with `{{{{` undone in its values; undefined when any value has a placeholder and so differs from row to row. */
function literalSchema(node: BodyNode): BodyNode | undefined {
  if (typeof node === 'string') return literal(node) ?? undefined;
  if (typeof node !== 'object' || node === null) return node;
  if ('items' in node) {
    const items = node.items.map(literalSchema);
    return items.some((item) => item === undefined) ? undefined : { items: items.filter((item) => item !== undefined) };
  }
  const entries: (readonly [string, BodyNode])[] = [];
  for (const [key, value] of node.entries) {
    const plain = literalSchema(value);
    if (plain === undefined) return undefined;
    entries.push([key, plain]);
  }
  return { entries };
}

/** Follows local references (`#/$defs/Name`) and takes the one alternative that is not null. */
function resolved(schema: unknown, root: unknown): JsonObject {
  let current = schema;
  for (let step = 0; step < MAX_REFERENCES && isObject(current); step++) {
    const reference = current['$ref'];
    const either = current['anyOf'] ?? current['oneOf'];
    if (typeof reference === 'string' && reference.startsWith('#/')) {
      current = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), root);
    } else if (Array.isArray(either)) {
      const others = either.filter((item) => !(isObject(item) && item['type'] === 'null'));
      if (others.length !== 1) return {};
      current = others[0] as unknown;
    } else {
      return current;
    }
  }
  return {};
}

const TYPES: Readonly<Record<string, PropertyType>> = {
  string: 'text',
  integer: 'int64',
  number: 'double',
  boolean: 'bool',
};

function propertyType(schema: unknown, root: unknown): PropertyType {
  const plain = resolved(schema, root);
  const type = plain['type'];
  const names = (Array.isArray(type) ? type : [type]).filter((name) => name !== 'null');
  if (names.length === 1 && typeof names[0] === 'string') {
    return Object.hasOwn(TYPES, names[0]) ? (TYPES[names[0]] ?? 'json') : 'json';
  }
  const values: unknown = plain['enum'];
  const isTextEnum = Array.isArray(values) && values.every((value) => typeof value === 'string');
  return isTextEnum || typeof plain['const'] === 'string' ? 'text' : 'json';
}

/** Properties in the body's own order (a JavaScript object would move names like "1" to the front). */
function propertiesOf(schema: BodyNode, root: unknown): AnswerProperty[] {
  const reference = bodyAt(schema, '$ref');
  const path = typeof reference === 'string' && reference.startsWith('#/') ? reference.slice(2).split('/') : [];
  const properties = bodyAt(schema, ...path, 'properties');
  if (typeof properties !== 'object' || properties === null || !('entries' in properties)) return [];
  return properties.entries.map(([name, value]) => ({ name, type: propertyType(bodyToJson(value), root) }));
}

function embeddingsOf(job: Job): number {
  if (job.request.endpoint !== '/v1/embeddings') return 0;
  const input = bodyAt(job.request.body, 'input');
  if (typeof input !== 'object' || input === null || !('items' in input)) return 1;
  return input.items.some((item) => typeof item === 'number') ? 1 : Math.max(1, input.items.length);
}

/** What the answers to a job look like, from its endpoint and body. A schema that can't be compiled leaves only the check for JSON. */
export function answerShape(job: Job, compile: SchemaCompiler): AnswerShape {
  const { endpoint, body } = job.request;
  const { wantsJson, schema } = schemaOf(body);
  const plain = schema === undefined ? undefined : literalSchema(schema);
  const root = plain === undefined ? undefined : bodyToJson(plain);
  return {
    endpoint,
    wantsJson,
    check: root === undefined ? null : compiled(root, compile),
    properties: schema === undefined ? [] : propertiesOf(schema, bodyToJson(schema)),
    embeddings: embeddingsOf(job),
  };
}

function compiled(schema: unknown, compile: SchemaCompiler): ValueCheck | null {
  try {
    return compile(schema);
  } catch {
    return null;
  }
}
