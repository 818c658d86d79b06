import { describe, expect, it } from 'vitest';
import type { BodyNode } from '../../../../src/core/model/body.ts';
import type { Column, ColumnType } from '../../../../src/core/model/columnType.ts';
import type { Endpoint } from '../../../../src/core/model/job.ts';
import { ID_SLOT, makeTemplate } from '../../../../src/core/render/template.ts';
import { stringify } from '../../../support/jsonLine.ts';

const column = (name: string, type: ColumnType = { kind: 'utf8' }): Column => ({ name, type, nullable: true });
const struct = (...fields: Column[]): ColumnType => ({ kind: 'struct', fields });

const COLUMNS = [
  column('text'),
  column('a', struct(column('b'), column('c', struct(column('d.e'))))),
  column('a.c'),
  column('x.y', struct(column('z'))),
  column('doc', { kind: 'json' }),
];

const list = (...items: BodyNode[]): BodyNode => ({ items });
const object = (...entries: [string, BodyNode][]): BodyNode => ({ entries });

function make(body: BodyNode, endpoint: Endpoint = '/v1/chat/completions', columns: readonly Column[] = COLUMNS) {
  return makeTemplate({ endpoint, model: 'm', body, onNull: 'quarantine' }, columns);
}

const pathOf = (placeholder: string): readonly (readonly string[])[] => make(object(['k', placeholder])).columns;

describe('a line template', () => {
  it('writes the body as JSON.stringify does, its keys in their order, with nothing between', () => {
    const template = make(
      object(
        ['model', 'm'],
        ['2', list(1, -0.5, 1e21, true, false, null)],
        ['1', object()],
        ['quo"te\n\u0001', list()],
        ['text', 'é"\\\b\t\n\f\r\u000b\u001f\u007f\u2028😀/'],
      ),
    );
    const head = '{"custom_id":"ID","method":"POST","url":"/v1/chat/completions","body":';
    const strange = [stringify('quo"te\n\u0001'), stringify('é"\\\b\t\n\f\r\u000b\u001f\u007f\u2028😀/')].map(String);
    const body = `{"model":"m","2":[1,-0.5,1e+21,true,false,null],"1":{},${strange[0] ?? ''}:[],"text":${strange[1] ?? ''}}`;
    expect(template.literals.join('ID')).toBe(`${head}${body}}\n`);
    expect(template.slots).toEqual([ID_SLOT]);
  });

  it('names each column once and refers to it wherever it stands, in values but not in keys', () => {
    const template = make(
      object(['{{text}}', list('{{text}}', 'x{{doc}}{{ text }}')], ['n', object(['k', '{{a.b}}'])]),
    );
    expect(template.columns).toEqual([['text'], ['doc'], ['a', 'b']]);
    expect(template.slots).toEqual([ID_SLOT, 0, 1, 0, 2]);
    expect(template.literals.slice(1)).toEqual([
      '","method":"POST","url":"/v1/chat/completions","body":{"{{text}}":["',
      '","x',
      '',
      '"],"n":{"k":"',
      '"}}}\n',
    ]);
  });

  it('crosses to a worker', () => {
    const template = make(object(['k', '{{text}}']));
    expect(structuredClone(template)).toEqual(template);
  });

  it('counts the inputs of embeddings only', () => {
    const input = (value: BodyNode) => make(object(['input', value]), '/v1/embeddings');
    expect(input('{{text}}').inputsPerRequest).toBe(1);
    expect(input(list('{{text}}', 'b', 'c')).inputsPerRequest).toBe(3);
    expect(input(list(1, 2, 3)).inputsPerRequest).toBe(1);
    expect(input(list(list(1, 2), list(3))).inputsPerRequest).toBe(2);
    expect(make(object(['input', '{{text}}']), '/v1/moderations').inputsPerRequest).toBeNull();
    expect(() => input(5)).toThrow('needs "input"');
    expect(() => make(object(), '/v1/embeddings')).toThrow('needs "input"');
    expect(() => input(list('a', ''))).toThrow('empty text');
  });

  it('knows which columns may not all be empty in an embeddings input', () => {
    const template = make(object(['input', list('{{a.b}}{{text}}{{a.b}}', 'x{{doc}}', '{{doc}}')]), '/v1/embeddings');
    expect(template.neverEmpty).toEqual([[0, 1], [2]]);
    expect(make(object(['input', '{{text}}'])).neverEmpty).toEqual([]);
  });
});

describe('the column of a placeholder', () => {
  it('is the column of that very name, then the longest column that holds the rest', () => {
    expect(pathOf('{{a.b}}')).toEqual([['a', 'b']]);
    expect(pathOf('{{a.c}}')).toEqual([['a.c']]);
    expect(pathOf('{{a.c.d.e}}')).toEqual([['a', 'c', 'd.e']]);
    expect(pathOf('{{x.y.z}}')).toEqual([['x.y', 'z']]);
    expect(pathOf('{{"x.y"}}')).toEqual([['x.y']]);
    expect(pathOf('{{a}}')).toEqual([['a']]);
    expect(pathOf('{{doc.title.main}}')).toEqual([['doc', 'title', 'main']]);
  });

  it('that is not there is named together with the nearest one', () => {
    const cases: [string, string][] = [
      ['{{txet}}', 'The placeholder {{txet}} names a column the dataset does not have; did you mean "text"?'],
      ['{{"a.b"}}', 'did you mean "a.c"?'],
      ['{{text.b}}', 'asks for the field "b" of the column "text", which is no struct (its type is utf8).'],
      ['{{a.q}}', 'asks for a field that the struct "a" does not have; did you mean "b"?'],
      ['{{a.}}', 'asks for a field that the struct "a" does not have'],
      ['{{quite different}}', 'there are "text", "a", "a.c", "x.y", "doc".'],
      ['{{doc.}}', 'which is no struct'],
    ];
    for (const [text, sentence] of cases) expect(() => pathOf(text)).toThrow(sentence);
    expect(() => make('{{a}}', '/v1/chat/completions', [])).toThrow('which has none');
    const many = Array.from({ length: 500 }, (_, index) => column(`c${1000 + index}`));
    expect(() => make('{{nothing like them}}', '/v1/chat/completions', many)).toThrow('and 480 more.');
    const keys = ['id', 'text'].map((name): Column => ({ name, type: { kind: 'json' }, nullable: true }));
    expect(() => make('{{textt}}', '/v1/chat/completions', keys)).toThrow('did you mean "text"?');
  });

  it('is an error of the job when the placeholder is broken', () => {
    expect(() => pathOf('x {{text')).toThrow(expect.objectContaining({ code: 'badJob' }) as Error);
    expect(() => pathOf('x {{text')).toThrow("In the request's body, a placeholder opens with {{ and never closes");
  });
});
