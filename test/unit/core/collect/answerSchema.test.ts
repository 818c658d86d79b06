import { describe, expect, it } from 'vitest';
import { shapeOf } from './collectFixtures.ts';

const CHAT = '/v1/chat/completions';
const chat = (schema: unknown) =>
  shapeOf(CHAT, { response_format: { type: 'json_schema', json_schema: { name: 'x', schema } } });

describe('answerShape', () => {
  it('takes the schema of either endpoint, and none where none is asked for', () => {
    const schema = { properties: { a: { type: 'string' } } };
    const responses = shapeOf('/v1/responses', { text: { format: { type: 'json_schema', schema } } });
    for (const shape of [chat(schema), responses]) {
      expect(shape).toMatchObject({ wantsJson: true, properties: [{ name: 'a', type: 'text' }] });
      expect(shape.check).not.toBeNull();
    }
    expect(shapeOf(CHAT, {})).toMatchObject({ wantsJson: false, check: null, properties: [] });
    expect(shapeOf(CHAT, { response_format: { type: 'text' } }).wantsJson).toBe(false);
    expect(shapeOf(CHAT, { response_format: { type: 'json_object' } })).toMatchObject({ wantsJson: true, check: null });
  });

  it('types each property by its schema', () => {
    const types: [unknown, string][] = [
      [{ type: 'string' }, 'text'],
      [{ type: ['null', 'string'] }, 'text'],
      [{ enum: ['a', 'b'] }, 'text'],
      [{ const: 'a' }, 'text'],
      [{ type: 'integer' }, 'int64'],
      [{ type: 'number' }, 'double'],
      [{ type: ['boolean'] }, 'bool'],
      [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, 'int64'],
      [{ $ref: '#/$defs/Level' }, 'double'],
      [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, 'json'],
      [{ type: ['integer', 'string'] }, 'json'],
      [{ type: 'array' }, 'json'],
      [{ type: 'object' }, 'json'],
      [{ enum: ['a', 1] }, 'json'],
      [{ $ref: '#/$defs/Loop' }, 'json'],
      [{ $ref: '#/$defs/constructor' }, 'json'],
      [{ type: 'constructor' }, 'json'],
      [true, 'json'],
      [{}, 'json'],
    ];
    const properties = Object.fromEntries(types.map(([schema], index) => [`p${index}`, schema]));
    const $defs = { Level: { type: 'number' }, Loop: { $ref: '#/$defs/Loop' } };
    expect(chat({ properties, $defs }).properties.map(({ type }) => type)).toEqual(types.map(([, type]) => type));
  });

  it('finds the properties of a schema that is all reference', () => {
    const $defs = { Answer: { properties: { a: { type: 'integer' } } } };
    expect(chat({ $ref: '#/$defs/Answer', $defs }).properties).toEqual([{ name: 'a', type: 'int64' }]);
  });

  it('checks against doubled braces as they stand in the line', () => {
    const { check } = chat({ properties: { a: { const: 'x{{{{y' } } });
    expect(check?.({ a: 'x{{y' })).toBeNull();
    expect(check?.({ a: 'x{{{{y' })).not.toBeNull();
  });

  it('checks nothing against a schema with placeholders, or one that is of no use', () => {
    expect(chat({ properties: { a: { const: '{{column}}' } } }).check).toBeNull();
    expect(chat({ properties: { a: { $ref: 'https://elsewhere.test/schema' } } }).check?.({ a: 1 }) ?? null).toBeNull();
    expect(chat('nonsense')).toMatchObject({ wantsJson: true, properties: [] });
  });

  it('counts the embeddings of one answer', () => {
    const count = (input: unknown) => shapeOf('/v1/embeddings', { input }).embeddings;
    expect([count('{{a}}'), count(['{{a}}', '{{b}}']), count([1, 2, 3]), count([]), count(undefined)]).toEqual([
      1, 2, 1, 1, 1,
    ]);
    expect(shapeOf(CHAT, { input: ['a', 'b'] }).embeddings).toBe(0);
  });
});
