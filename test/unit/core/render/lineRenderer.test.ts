import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKernel } from '../../../../src/kernel/kernel.ts';
import type { Kernel } from '../../../../src/kernel/kernel.ts';
import type { BodyNode } from '../../../../src/core/model/body.ts';
import type { Column } from '../../../../src/core/model/columnType.ts';
import type { Endpoint } from '../../../../src/core/model/job.ts';
import { openLineRenderer } from '../../../../src/core/render/lineRenderer.ts';
import type { LineBatch, LineRenderer } from '../../../../src/core/render/lineRenderer.ts';
import { SKIP, skipReason } from '../../../../src/core/render/skip.ts';
import { makeTemplate } from '../../../../src/core/render/template.ts';
import { stringify } from '../../../support/jsonLine.ts';
import { putText } from '../../../support/textColumns.ts';

const COLUMNS: Column[] = ['a', 'b'].map((name) => ({ name, type: { kind: 'utf8' }, nullable: true }));
const MAX = 90_000_000;

function request(body: BodyNode, endpoint: Endpoint = '/v1/chat/completions') {
  return { endpoint, model: 'm', body, onNull: 'quarantine' } as const;
}

const text = (value: string): BodyNode => ({
  entries: [
    ['model', 'm'],
    ['messages', { items: [{ entries: [['content', value]] }] }],
  ],
});

const lineOf = (id: string, content: string): string =>
  `${stringify({
    custom_id: id,
    method: 'POST',
    url: '/v1/chat/completions',
    body: { model: 'm', messages: [{ content }] },
  })}\n`;

function lengthsOf(kernel: Kernel, batch: LineBatch): number[] {
  return [...kernel.ints(batch.lengths, batch.rows)].map((length) => length >>> 0);
}

function renderAll(renderer: LineRenderer, batch: LineBatch): { text: string; blocks: number } {
  const parts: Buffer[] = [];
  for (let row = 0; row < batch.rows;) {
    const { toRow, bytes } = renderer.render(batch, row);
    expect(toRow).toBeGreaterThan(row);
    parts.push(Buffer.from(bytes));
    row = toRow;
  }
  return { text: Buffer.concat(parts).toString('utf8'), blocks: parts.length };
}

/** Renders rows of the columns a and b and gives the text and both kinds of lengths. */
function lines(
  template: BodyNode,
  ids: string[],
  a: string[],
  b: string[],
  options: { shift?: number; skip?: number[] } = {},
) {
  const kernel = openKernel();
  const renderer = openLineRenderer(kernel, makeTemplate(request(template), COLUMNS), MAX);
  const { columns } = makeTemplate(request(template), COLUMNS);
  const shift = options.shift ?? 0;
  const inputs = columns.map(([name]) => putText(kernel, name === 'a' ? a : b, shift));
  const batch = renderer.prepare(ids.length, putText(kernel, ids, shift), inputs);
  kernel.bytes(batch.skip, ids.length).set(options.skip ?? []);
  renderer.measure(batch);
  const measured = lengthsOf(kernel, batch);
  kernel.ints(batch.lengths, ids.length).fill(-1);
  const rendered = renderAll(renderer, batch).text;
  return { rendered, measured, lengths: lengthsOf(kernel, batch) };
}

const value = fc
  .array(
    fc.constantFrom(
      'a',
      'é',
      '漢',
      '😀',
      '"',
      '\\',
      '\n',
      '\r\n',
      '\t',
      '\b',
      '\f',
      '\u0001',
      '\u000b',
      '\u001f',
      '\u007f',
      '\u2028',
      '\ufeff',
      '{{a}}',
      'plain words and more of them ',
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

describe('the line renderer', () => {
  it('escapes every byte value at every place of a block as JSON.stringify does', () => {
    for (let shift = 0; shift < 17; shift++) {
      const contents: string[] = [];
      for (let code = 0; code < 0x180; code++) {
        for (const place of [0, 1, 14, 15, 16, 17, 31, 32, 40]) {
          contents.push('x'.repeat(place) + String.fromCharCode(code) + 'y'.repeat((shift + code) % 40));
        }
      }
      const ids = contents.map((_, row) => `r${row}`);
      const { rendered, measured, lengths } = lines(text('{{a}}'), ids, contents, [], { shift });
      const expected = contents.map((content, row) => lineOf(ids[row] ?? '', content));
      expect(rendered === expected.join('')).toBe(true);
      expect(lengths).toEqual(expected.map((line) => Buffer.byteLength(line)));
      expect(measured).toEqual(lengths);
    }
  });

  it('escapes a special byte at each of the places 0 to 40', () => {
    for (const special of ['"', '\\', '\n', '\u0002', 'é']) {
      const contents = Array.from({ length: 41 }, (_, place) => 'x'.repeat(place) + special + 'y'.repeat(40 - place));
      const ids = contents.map((_, row) => `r${row}`);
      const { rendered } = lines(text('{{a}}'), ids, contents, []);
      expect(rendered).toBe(contents.map((content, row) => lineOf(ids[row] ?? '', content)).join(''));
    }
  });

  it('equals an object built in JavaScript, for any texts, a column used twice, skipped rows, any alignment', () => {
    const row = fc.record({ id: value, a: value, b: value, skip: fc.constantFrom(0, 0, 0, 1, 3) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), fc.nat(40), (rows, shift) => {
        const { rendered, measured, lengths } = lines(
          text('{"é": {{a}}}\n{{ b }}{{a}} {{{{a}}'),
          rows.map((r) => r.id),
          rows.map((r) => r.a),
          rows.map((r) => r.b),
          { shift, skip: rows.map((r) => r.skip) },
        );
        const expected = rows.map((r) => (r.skip ? '' : lineOf(r.id, `{"é": ${r.a}}\n${r.b}${r.a} {{a}}`)));
        expect(rendered).toBe(expected.join(''));
        expect(lengths).toEqual(expected.map((line) => Buffer.byteLength(line)));
        expect(measured).toEqual(lengths);
      }),
      { numRuns: 200 },
    );
  });

  it('gives lines that JSON.parse reads back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 200 }), { minLength: 1, maxLength: 20 }),
        (contents) => {
          const { rendered } = lines(
            text('<{{a}}>'),
            contents.map((_, row) => `r${row}`),
            contents,
            [],
          );
          const parsed = rendered
            .split('\n')
            .slice(0, -1)
            .map((line): unknown => JSON.parse(line));
          expect(parsed).toEqual(
            contents.map((content, row) => JSON.parse(lineOf(`r${row}`, `<${content}>`)) as unknown),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('renders in blocks of at most 4 MB and gives a longer line a block of its own', () => {
    const kernel = openKernel();
    const renderer = openLineRenderer(kernel, makeTemplate(request(text('{{a}}')), COLUMNS), MAX);
    const long = '\u0001' + '"xyz'.repeat(1_200_000);
    const contents = [...Array.from({ length: 3000 }, (_, row) => `${row}`.repeat(1000)), long, 'end', long];
    const ids = contents.map((_, row) => `r${row}`);
    const mark = kernel.mark();
    for (let pass = 0; pass < 2; pass++) {
      kernel.release(mark);
      const batch = renderer.prepare(ids.length, putText(kernel, ids), [putText(kernel, contents)]);
      const { text: rendered, blocks } = renderAll(renderer, batch);
      expect(rendered === contents.map((content, row) => lineOf(ids[row] ?? '', content)).join('')).toBe(true);
      expect(blocks).toBe(Math.ceil(Buffer.byteLength(contents.slice(0, 3000).join('')) / (4 << 20)) + 3);
    }
    expect(kernel.sizeBytes()).toBeLessThan(80_000_000);
  });

  it('writes no line over the limit and says so, in one pass or after measuring', () => {
    const limit = Buffer.byteLength(lineOf('x', '"'.repeat(100)));
    const contents = ['"'.repeat(100), '"'.repeat(101), 'x'.repeat(200), 'x'.repeat(201), ''];
    const ids = contents.map(() => 'x');
    for (const measureFirst of [false, true]) {
      const kernel = openKernel();
      const renderer = openLineRenderer(kernel, makeTemplate(request(text('{{a}}')), COLUMNS), limit);
      const batch = renderer.prepare(ids.length, putText(kernel, ids), [putText(kernel, contents)]);
      if (measureFirst) {
        renderer.measure(batch);
        expect(lengthsOf(kernel, batch)[1]).toBe(limit + 2);
        expect(kernel.skipLonger(batch.lengths, batch.rows, limit, SKIP.oversized, batch.skip)).toBe(2);
        expect(lengthsOf(kernel, batch)).toEqual([limit, 0, limit, 0, limit - 200]);
      }
      const { text: rendered } = renderAll(renderer, batch);
      expect(rendered).toBe([0, 2, 4].map((row) => lineOf('x', contents[row] ?? '')).join(''));
      expect(lengthsOf(kernel, batch)).toEqual([limit, 0, limit, 0, limit - 200]);
      const reasons = [...kernel.bytes(batch.skip, batch.rows)].map(skipReason);
      expect(reasons).toEqual([null, 'oversized', null, 'oversized', null]);
    }
  });

  it('skips an oversized line without making room for it', () => {
    const kernel = openKernel();
    const renderer = openLineRenderer(kernel, makeTemplate(request(text('{{a}}')), COLUMNS), 1000);
    const batch = renderer.prepare(2, putText(kernel, ['x', 'y']), [
      putText(kernel, ['\u0001'.repeat(9_000_000), 'z']),
    ]);
    const before = kernel.sizeBytes();
    expect(renderAll(renderer, batch).text).toBe(lineOf('y', 'z'));
    expect(kernel.sizeBytes()).toBe(before);
  });

  it('skips rows whose embeddings input is empty, and only those', () => {
    const kernel = openKernel();
    const body: BodyNode = {
      entries: [
        ['model', 'm'],
        ['input', { items: ['{{a}}{{b}}', 'fixed {{a}}'] }],
      ],
    };
    const template = makeTemplate(request(body, '/v1/embeddings'), COLUMNS);
    expect(template.inputsPerRequest).toBe(2);
    const renderer = openLineRenderer(kernel, template, MAX);
    const [a, b] = [putText(kernel, ['', '', 'x', 'x']), putText(kernel, ['', 'y', '', 'y'])];
    const batch = renderer.prepare(4, putText(kernel, ['1', '2', '3', '4']), [a, b]);
    expect([...kernel.bytes(batch.skip, 4)]).toEqual([SKIP.null, 0, 0, 0]);
    const ids = renderAll(renderer, batch).text.match(/(?<="custom_id":")\d/g);
    expect(ids).toEqual(['2', '3', '4']);
  });

  it('takes a template without columns and a batch without rows', () => {
    expect(lines(text('same'), ['1', '2'], [], []).rendered).toBe(lineOf('1', 'same') + lineOf('2', 'same'));
    const kernel = openKernel();
    const renderer = openLineRenderer(kernel, makeTemplate(request(text('{{a}}')), COLUMNS), MAX);
    const batch = renderer.prepare(0, putText(kernel, []), [putText(kernel, [])]);
    renderer.measure(batch);
    expect(renderer.render(batch, 0)).toEqual({ toRow: 0, bytes: new Uint8Array() });
  });

  it('says so when a line is longer than memory can hold', () => {
    const kernel = openKernel();
    const renderer = openLineRenderer(kernel, makeTemplate(request(text('{{a}}'.repeat(200))), COLUMNS), Infinity);
    const batch = renderer.prepare(1, putText(kernel, ['1']), [putText(kernel, ['\u0001'.repeat(2_000_000)])]);
    const expected = expect.objectContaining({
      code: 'notSupported',
      message: expect.stringContaining('limits.maxBytes') as string,
    }) as Error;
    expect(() => renderer.render(batch, 0)).toThrow(expected);
  });

  it('measures lines over 4 GiB as the largest length there is', () => {
    const kernel = openKernel();
    const renderer = openLineRenderer(kernel, makeTemplate(request(text('{{a}}'.repeat(400))), COLUMNS), MAX);
    const batch = renderer.prepare(1, putText(kernel, ['1']), [putText(kernel, ['\u0001'.repeat(2_000_000)])]);
    renderer.measure(batch);
    expect(lengthsOf(kernel, batch)).toEqual([0xffffffff]);
  });

  it('refuses a batch that lacks a column', () => {
    const kernel = openKernel();
    const renderer = openLineRenderer(kernel, makeTemplate(request(text('{{a}}')), COLUMNS), MAX);
    const batch = renderer.prepare(1, putText(kernel, ['1']), []);
    expect(() => renderer.render(batch, 0)).toThrow('lacks a column');
  });
});
