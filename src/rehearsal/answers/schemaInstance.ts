import { isObject, type JsonObject } from '../json.ts';
import { randomOf, type Random } from '../seeded.ts';
import { matchingText } from './patternText.ts';

const MAX_DEPTH = 24;
const SOFT_DEPTH = 6;
/** Values in one instance; a schema that wants more (each level of a circle may want several) gets an empty rest. */
const MAX_VALUES = 20_000;

interface Context {
  readonly root: JsonObject;
  readonly random: Random;
  values: number;
}

/**
 * A value that keeps a JSON schema, decided by the seed: types, enum, const, nested objects and arrays, anyOf, oneOf, allOf,
 * $ref within the schema, bounds of numbers, texts and arrays, patterns and formats as far as structured outputs know them.
 */
export function schemaInstance(schema: unknown, seed: string): unknown {
  if (!isObject(schema)) return {};
  return valueOf(schema, 0, { root: schema, random: randomOf('schema', seed), values: 0 });
}

function valueOf(given: unknown, depth: number, context: Context): unknown {
  context.values++;
  const schema = resolved(given, context.root);
  if ('const' in schema) return schema['const'];
  const choices = schema['enum'];
  if (Array.isArray(choices) && choices.length > 0) return pick(choices, context.random);
  const branches = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(branches) && branches.length > 0) {
    const rest = omit(schema, 'anyOf', 'oneOf');
    return valueOf(merged(rest, resolved(branchOf(branches, depth, context), context.root)), depth, context);
  }
  switch (typeOf(schema, depth, context.random)) {
    case 'object':
      return objectOf(schema, depth, context);
    case 'array':
      return arrayOf(schema, depth, context);
    case 'string':
      return stringOf(schema, context.random);
    case 'integer':
      return numberOf(schema, true, context.random);
    case 'number':
      return numberOf(schema, false, context.random);
    case 'boolean':
      return context.random() < 0.5;
    default:
      return null;
  }
}

/** Follows references and folds allOf in; a circle of references ends as a schema without rules. */
function resolved(given: unknown, root: JsonObject): JsonObject {
  let schema = isObject(given) ? given : {};
  for (let steps = 0; steps < MAX_DEPTH; steps++) {
    const reference = schema['$ref'];
    const parts = schema['allOf'];
    if (typeof reference === 'string') {
      const rest = omit(schema, '$ref');
      schema = merged(target(reference, root), rest);
    } else if (Array.isArray(parts)) {
      const rest = omit(schema, 'allOf');
      schema = parts.reduce<JsonObject>((sum, part) => merged(sum, shallow(part, root)), rest);
    } else {
      return schema;
    }
  }
  return {};
}

function shallow(part: unknown, root: JsonObject): JsonObject {
  if (!isObject(part)) return {};
  const reference = part['$ref'];
  if (typeof reference !== 'string') return part;
  return merged(target(reference, root), omit(part, '$ref'));
}

function target(reference: string, root: JsonObject): JsonObject {
  if (!reference.startsWith('#')) return {};
  const path = decodeURIComponentSafely(reference.slice(1)).split('/').slice(1);
  const found = path.reduce<unknown>((value, step) => {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) return value[Number(key)] as unknown;
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, root);
  return isObject(found) ? found : {};
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function merged(a: JsonObject, b: JsonObject): JsonObject {
  const both = { ...a, ...b };
  const objects = (key: string) => ({ ...(isObject(a[key]) ? a[key] : {}), ...(isObject(b[key]) ? b[key] : {}) });
  const lists = (key: string): unknown[] => [...listOf(a[key]), ...listOf(b[key])];
  const bound = (key: string, choose: (...values: number[]) => number) => {
    const values = [a[key], b[key]].filter((value) => typeof value === 'number');
    return values.length === 0 ? {} : { [key]: choose(...values) };
  };
  return {
    ...both,
    ...(a['properties'] !== undefined && b['properties'] !== undefined ? { properties: objects('properties') } : {}),
    ...(a['required'] !== undefined && b['required'] !== undefined
      ? { required: [...new Set(lists('required'))] }
      : {}),
    ...(a['allOf'] !== undefined && b['allOf'] !== undefined ? { allOf: lists('allOf') } : {}),
    ...['minimum', 'exclusiveMinimum', 'minLength', 'minItems'].reduce(
      (sum, key) => ({ ...sum, ...bound(key, Math.max) }),
      {},
    ),
    ...['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems'].reduce(
      (sum, key) => ({ ...sum, ...bound(key, Math.min) }),
      {},
    ),
  };
}

function omit(schema: JsonObject, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Deep in a recursive schema the branch that ends soonest is taken. */
function branchOf(branches: readonly unknown[], depth: number, { root, random }: Context): unknown {
  if (depth < SOFT_DEPTH) return pick(branches, random);
  const weights = branches.map((branch) => weightOf(resolved(branch, root)));
  return branches[weights.indexOf(Math.min(...weights))];
}

function weightOf(schema: JsonObject): number {
  if (schema['type'] === 'null' || 'const' in schema || 'enum' in schema) return 0;
  if (schema['anyOf'] !== undefined || schema['oneOf'] !== undefined) return 2;
  if (schema['type'] === 'object' || schema['properties'] !== undefined) return 3 + listOf(schema['required']).length;
  return schema['type'] === 'array' ? 2 : 1;
}

function typeOf(schema: JsonObject, depth: number, random: Random): unknown {
  const type = schema['type'];
  if (Array.isArray(type))
    return depth >= SOFT_DEPTH && type.includes('null') ? 'null' : pick(type as unknown[], random);
  if (type !== undefined) return type;
  if (schema['properties'] !== undefined || schema['required'] !== undefined) return 'object';
  if (schema['items'] !== undefined || schema['prefixItems'] !== undefined) return 'array';
  const keys = Object.keys(schema);
  if (keys.some((key) => /^(exclusive)?(min|max)imum$|^(exclusiveM|m)(in|ax)imum$|^multipleOf$/.test(key)))
    return 'number';
  return 'string';
}

function objectOf(schema: JsonObject, depth: number, context: Context): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = listOf(schema['required']).filter((name) => typeof name === 'string');
  const names = depth >= SOFT_DEPTH ? required : [...new Set([...Object.keys(properties), ...required])];
  if (depth >= MAX_DEPTH || context.values > MAX_VALUES) return {};
  return Object.fromEntries(names.map((name) => [name, valueOf(properties[name], depth + 1, context)]));
}

function arrayOf(schema: JsonObject, depth: number, context: Context): unknown[] {
  if (depth >= MAX_DEPTH || context.values > MAX_VALUES) return [];
  const first = listOf(schema['prefixItems']);
  const least = Math.max(numberIn(schema, 'minItems') ?? (depth >= SOFT_DEPTH ? 0 : 1), 0);
  const most = Math.max(least, Math.min(numberIn(schema, 'maxItems') ?? Infinity, least + 2));
  const wanted = Math.min(least + Math.floor(context.random() * (most - least + 1)), 10_000);
  const length = schema['maxItems'] === 0 ? 0 : Math.max(wanted, Math.min(first.length, most));
  const values: unknown[] = [];
  const seen = new Set<string>();
  for (let tries = 0; values.length < length && tries < length * 20 + 20; tries++) {
    const value = valueOf(first[values.length] ?? schema['items'] ?? { type: 'string' }, depth + 1, context);
    const text = JSON.stringify(value);
    if (schema['uniqueItems'] === true && seen.has(text)) continue;
    seen.add(text);
    values.push(value);
  }
  return values;
}

function numberIn(schema: JsonObject, key: string): number | undefined {
  const value = schema[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function numberOf(schema: JsonObject, whole: boolean, random: Random): number {
  const step = numberIn(schema, 'multipleOf') ?? (whole ? 1 : 0.01);
  const above = numberIn(schema, 'exclusiveMinimum');
  const below = numberIn(schema, 'exclusiveMaximum');
  const low = Math.max(numberIn(schema, 'minimum') ?? -Infinity, above ?? -Infinity);
  const high = Math.min(numberIn(schema, 'maximum') ?? Infinity, below ?? Infinity);
  const from = low > -Infinity ? low : high < Infinity ? high - 100 * step : 0;
  const to = high < Infinity ? high : from + 100 * step;
  let first = Math.ceil(from / step);
  let last = Math.floor(to / step);
  if (above !== undefined && first * step <= above) first++;
  if (below !== undefined && last * step >= below) last--;
  if (first <= last) {
    const value = (first + Math.floor(random() * (last - first + 1))) * step;
    return Number(value.toPrecision(15));
  }
  // No step fits between the bounds: their middle does, unless the schema holds no number at all.
  return (from + to) / 2;
}

function stringOf(schema: JsonObject, random: Random): string {
  const format = schema['format'];
  const known = typeof format === 'string' ? FORMATS[format] : undefined;
  if (known !== undefined) return known(random);
  const least = Math.min(numberIn(schema, 'minLength') ?? 0, 100_000);
  const most = Math.max(least, numberIn(schema, 'maxLength') ?? Infinity);
  const pattern = schema['pattern'];
  if (typeof pattern === 'string') {
    const text = matchingText(pattern, least, most, random);
    if (text !== null) return text;
  }
  let text = `rehearsal ${hexDigits(random, 6)}`;
  while (text.length < least) text += ` ${hexDigits(random, 6)}`;
  return text.length > most || text.length > Math.max(least, 16)
    ? text.slice(0, Math.max(least, Math.min(most, 16)))
    : text;
}

const hexDigits = (random: Random, count: number) =>
  Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('');
const between = (random: Random, from: number, to: number) => String(from + Math.floor(random() * (to - from + 1)));
const twoDigits = (random: Random, from: number, to: number) => between(random, from, to).padStart(2, '0');
const dateOf = (random: Random) =>
  `${between(random, 2000, 2029)}-${twoDigits(random, 1, 12)}-${twoDigits(random, 1, 28)}`;
const timeOf = (random: Random) =>
  `${twoDigits(random, 0, 23)}:${twoDigits(random, 0, 59)}:${twoDigits(random, 0, 59)}Z`;
const hostOf = (random: Random) => `${hexDigits(random, 8)}.example.com`;

const FORMATS: Readonly<Record<string, (random: Random) => string>> = {
  date: dateOf,
  time: timeOf,
  'date-time': (random) => `${dateOf(random)}T${timeOf(random)}`,
  duration: (random) => `PT${between(random, 1, 59)}M`,
  email: (random) => `rehearsal.${hexDigits(random, 6)}@example.com`,
  hostname: hostOf,
  uri: (random) => `https://${hostOf(random)}/`,
  ipv4: (random) => `192.0.2.${between(random, 0, 255)}`,
  ipv6: (random) => `2001:db8::${between(random, 1, 9999)}`,
  uuid: (random) =>
    `${hexDigits(random, 8)}-${hexDigits(random, 4)}-4${hexDigits(random, 3)}-8${hexDigits(random, 3)}-${hexDigits(random, 12)}`,
};

function pick<T>(values: readonly T[], random: Random): T {
  return values[Math.floor(random() * values.length)] as T;
}
