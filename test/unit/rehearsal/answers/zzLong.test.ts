import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaInstance } from '../../../../src/rehearsal/answers/schemaInstance.ts';

type Schema = Record<string, unknown>;

const SEEDS = Array.from({ length: 40 }, (_, index) => `seed ${index}`);
const instances = (schema: Schema) => SEEDS.map((seed) => schemaInstance(schema, seed));

function every<T>(schema: Schema, isValid: (value: T) => boolean): void {
  for (const value of instances(schema)) expect(isValid(value as T), JSON.stringify(value)).toBe(true);
}

/** A validator for the keywords that `trees` below makes, written against the words of the JSON Schema specification. */
function problems(value: unknown, schema: Schema): string[] {
  if ('const' in schema) return JSON.stringify(value) === JSON.stringify(schema['const']) ? [] : ['const'];
  if (Array.isArray(schema['enum'])) return schema['enum'].includes(value) ? [] : ['enum'];
  if (Array.isArray(schema['anyOf'])) {
    return (schema['anyOf'] as Schema[]).some((branch) => problems(value, branch).length === 0) ? [] : ['anyOf'];
  }
  const types = [schema['type']].flat() as string[];
  const found = types
    .map((type) => CHECKS[type]?.(value, schema) ?? [`type ${type}`])
    .sort((a, b) => a.length - b.length);
  return found[0] ?? [];
}

type Check = (value: unknown, schema: Schema) => string[];

const isWithin = (size: number, schema: Schema, least: string, most: string) =>
  size >= Number(schema[least] ?? -Infinity) && size <= Number(schema[most] ?? Infinity);
const test =
  (name: string, isValid: (value: unknown, schema: Schema) => boolean): Check =>
  (value, schema) =>
    isValid(value, schema) ? [] : [name];

const CHECKS: Readonly<Record<string, Check>> = {
  null: test('null', (value) => value === null),
  boolean: test('boolean', (value) => typeof value === 'boolean'),
  number: test('number', (value, schema) => typeof value === 'number' && isWithin(value, schema, 'minimum', 'maximum')),
  integer: test('integer', (value, schema) =>
    Number.isInteger(value) && isWithin(Number(value), schema, 'minimum', 'maximum')),
  string: test('string', (value, schema) =>
    typeof value === 'string' && isWithin([...value].length, schema, 'minLength', 'maxLength')),
  array: (value, schema) => {
    if (!Array.isArray(value) || !isWithin(value.length, schema, 'minItems', 'maxItems')) return ['array'];
    return value.flatMap((item) => problems(item, schema['items'] as Schema));
  },
  object: (value, schema) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ['object'];
    const properties = schema['properties'] as Record<string, Schema>;
    const missing = (schema['required'] as string[]).filter((name) => !Object.hasOwn(value, name));
    const inner = Object.entries(value).flatMap(([name, item]) => {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return property === undefined ? [`unknown ${name}`] : problems(item, property);
    });
    return [...missing, ...inner];
  },
};

const { tree: trees } = fc.letrec<{ tree: Schema; leaf: Schema }>((tie) => ({
  leaf: fc.oneof(
    fc.constant({ type: 'null' }),
    fc.constant({ type: 'boolean' }),
    fc.constant({ type: ['string', 'null'] }),
    fc.record({ const: fc.oneof(fc.string(), fc.integer(), fc.constant(null)) }),
    fc.record({ enum: fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { minLength: 1 }) }),
    fc
      .tuple(fc.constantFrom('integer', 'number'), fc.integer({ min: -1000, max: 1000 }), fc.nat(50))
      .map(([type, minimum, span]) => ({ type, minimum, maximum: minimum + span })),
    fc
      .tuple(fc.nat(40), fc.nat(20))
      .map(([minLength, span]) => ({ type: 'string', minLength, maxLength: minLength + span })),
  ),
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc
      .tuple(tie('tree'), fc.nat(4), fc.nat(3))
      .map(([items, minItems, span]) => ({ type: 'array', items, minItems, maxItems: minItems + span })),
    fc.dictionary(fc.string(), tie('tree'), { maxKeys: 4, noNullPrototype: true }).map((properties) => ({
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    })),
    fc.record({ anyOf: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
  ),
}));

describe('an instance of a schema', () => {
  it('keeps any schema made of types, bounds, enums, unions, arrays and objects', () => {
    fc.assert(
      fc.property(trees, fc.string(), (schema, seed) => {
        expect(problems(schemaInstance(schema, seed), schema)).toEqual([]);
      }),
      { numRuns: 15000 },
    );
  });

  it('is decided by the seed, and differs between seeds', () => {
    const schema = {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'number' } },
      required: ['a', 'b'],
    };
    expect(schemaInstance(schema, 'x')).toEqual(schemaInstance(schema, 'x'));
    expect(new Set(instances(schema).map((value) => JSON.stringify(value))).size).toBeGreaterThan(30);
  });

  it('follows references, recursive ones to an end', () => {
    const schema = {
      $defs: {
        node: {
          type: 'object',
          properties: {
            name: { type: 'string' },
            next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
            children: { type: 'array', items: { $ref: '#' } },
          },
          required: ['name', 'next', 'children'],
        },
      },
      $ref: '#/$defs/node',
    };
    every<{ name: string; next: unknown }>(schema, ({ name, next }) => typeof name === 'string' && next !== undefined);
    expect(schemaInstance({ $ref: '#' }, 's')).toBeDefined();
    expect(schemaInstance({ $ref: '#/$defs/none' }, 's')).toBeDefined();
    const pointer = { $defs: { 'a/b~c': { const: 1 } }, $ref: '#/$defs/a~1b~0c' };
    expect(schemaInstance(pointer, 's')).toBe(1);
  });

  it('keeps a recursive schema down to its last level where that is possible', () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, parent: { $ref: '#' } },
      required: ['name'],
    };
    every<{ name: string; parent?: object }>(schema, (value) => {
      let level: { name: string; parent?: object } | undefined = value;
      for (; level !== undefined; level = level.parent as typeof level)
        if (typeof level.name !== 'string') return false;
      return true;
    });
  });

  it('ends quickly for a schema that nothing finite keeps', () => {
    const endless = {
      type: 'object',
      properties: { a: { $ref: '#' }, b: { $ref: '#' }, c: { type: 'array', items: { $ref: '#' }, minItems: 1000 } },
      required: ['a', 'b', 'c'],
    };
    const start = Date.now();
    expect(JSON.stringify(schemaInstance(endless, 's')).length).toBeLessThan(2_000_000);
    const line = { type: 'object', properties: { a: { $ref: '#' } }, required: ['a'] };
    expect(JSON.stringify(schemaInstance(line, 's')).length).toBeLessThan(1000);
    expect(Date.now() - start).toBeLessThan(2000);
  });

  it('keeps every part of allOf', () => {
    const schema = {
      allOf: [
        { type: 'object', properties: { a: { type: 'integer', minimum: 5 } }, required: ['a'] },
        { properties: { b: { const: 'x' } }, required: ['b'] },
      ],
    };
    every<{ a: number; b: string }>(schema, ({ a, b }) => Number.isInteger(a) && a >= 5 && b === 'x');
    every<number>({ type: 'integer', allOf: [{ minimum: 3 }, { maximum: 4 }] }, (value) => value === 3 || value === 4);
  });

  it('keeps what stands beside anyOf and oneOf', () => {
    const schema = {
      type: 'object',
      properties: { kind: { type: 'string' } },
      required: ['kind'],
      oneOf: [{ properties: { kind: { const: 'a' } } }, { properties: { kind: { const: 'b' } } }],
    };
    every<{ kind: string }>(schema, ({ kind }) => kind === 'a' || kind === 'b');
  });

  it('keeps bounds of numbers, excluded ones and steps too', () => {
    every<number>({ type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 }, (value) => value > 0 && value < 1);
    every<number>({ type: 'integer', multipleOf: 7, minimum: 10, maximum: 40 }, (value) =>
      [14, 21, 28, 35].includes(value),
    );
    every<number>({ type: 'integer', maximum: -5 }, (value) => Number.isInteger(value) && value <= -5);
    every<number>({ type: 'number', minimum: 0.001, maximum: 0.002 }, (value) => value >= 0.001 && value <= 0.002);
  });

  it('fills prefixItems and keeps items unique', () => {
    const tuple = { type: 'array', prefixItems: [{ const: 1 }, { type: 'string' }], minItems: 2, maxItems: 2 };
    every<unknown[]>(tuple, ([first, second]) => first === 1 && typeof second === 'string');
    const unique = { type: 'array', items: { enum: ['a', 'b', 'c'] }, minItems: 3, maxItems: 3, uniqueItems: true };
    every<string[]>(unique, (values) => new Set(values).size === 3);
    every<unknown[]>({ type: 'array', maxItems: 0, items: {} }, (values) => values.length === 0);
  });

  it.each([
    ['date', /^\d{4}-(0[1-9]|1[0-2])-([0-2]\d)$/],
    ['date-time', /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/],
    ['time', /^([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/],
    ['email', /^[\w.]+@[\w.]+$/],
    ['uuid', /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/],
    ['ipv4', /^(\d{1,3}\.){3}\d{1,3}$/],
    ['uri', /^https:\/\/\S+$/],
    ['hostname', /^[\w.]+$/],
    ['duration', /^PT\d+M$/],
  ])('writes the format %s', (format, shape) => {
    every<string>({ type: 'string', format }, (value) => shape.test(value));
  });

  it.each([
    '^[A-Z]{2}\\d{4}$',
    '^(red|green|blue)(-dark)?$',
    '^\\+?[1-9]\\d{1,14}$',
    '^[^abc\\s]{5}$',
    '^(?:[a-f0-9]{2}:){5}[a-f0-9]{2}$',
    '^(?<year>\\d{4})/[\\w.-]+$',
    '\\d+',
    '^\\u0041\\x42[\\-\\]]$',
    '^a*b+c?.$',
    '^$',
    '^[a-z]{3,}$',
  ])('matches the pattern %s', (pattern) => {
    every<string>({ type: 'string', pattern }, (value) => new RegExp(pattern, 'u').test(value));
  });

  it('keeps lengths with a pattern', () => {
    const schema = { type: 'string', pattern: '^[a-z]+$', minLength: 30, maxLength: 60 };
    every<string>(schema, (value) => /^[a-z]{30,60}$/.test(value));
  });

  it('is some text for patterns it can not write, and something for schemas that are none', () => {
    for (const pattern of [
      '(?=x)y',
      '(',
      '\\p{Lu}',
      '(a)\\1',
      'x'.repeat(2000),
      '((((a{1,9999}){1,9999}){1,9999}){1,9999})',
    ]) {
      expect(typeof schemaInstance({ type: 'string', pattern }, 's')).toBe('string');
    }
    for (const odd of [
      null,
      3,
      'x',
      [],
      { type: 'nothing' },
      { type: [] },
      { enum: [] },
      { anyOf: [null] },
      { items: 3 },
    ]) {
      expect(() => JSON.stringify(schemaInstance(odd, 's'))).not.toThrow();
    }
  });
});
