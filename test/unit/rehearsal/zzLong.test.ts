import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, readForm, type PartHead } from '../../../src/rehearsal/multipart.ts';

interface Part extends PartHead {
  readonly content: Buffer;
}

async function* pieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
    await Promise.resolve();
  }
}

async function partsOf(body: AsyncIterable<Buffer>, boundary: string): Promise<Part[]> {
  const parts: Part[] = [];
  let head: PartHead = { name: '', filename: null };
  let content: Buffer[] = [];
  await readForm(body, boundary, {
    begin: async (next) => {
      head = next;
      content = [];
    },
    bytes: async (piece) => void content.push(Buffer.from(piece)),
    end: async () => void parts.push({ ...head, content: Buffer.concat(content) }),
  });
  return parts;
}

const form = (text: string, sizes = [1000]) => partsOf(pieces(Buffer.from(text, 'latin1'), sizes), 'b');
const HEAD = 'Content-Disposition: form-data; name="a"';

describe('a multipart form', () => {
  it('is read the same wherever it is cut, whatever its parts hold', async () => {
    const nasty = fc.array(fc.constantFrom('\r', '\n', '-', '--', '\r\n', '\r\n--', '\r\n--X', 'X', 'x', '\0', '"'));
    const contents = fc.array(
      fc.oneof(
        nasty.map((texts) => Buffer.from(texts.join(''))),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      ),
      { minLength: 1, maxLength: 4 },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(contents, sizes, async (buffers, cuts) => {
        const boundary = 'X--X';
        fc.pre(buffers.every((content) => !`\r\n${content.toString('latin1')}\r\n`.includes(`\r\n--${boundary}`)));
        const body = Buffer.concat([
          ...buffers.flatMap((content, index) => [
            Buffer.from(
              `--${boundary}\r\nContent-Disposition: form-data; name="p${index}"; filename="ü.jsonl"\r\n\r\n`,
            ),
            content,
            Buffer.from('\r\n'),
          ]),
          Buffer.from(`--${boundary}--\r\n`),
        ]);
        const parts = await partsOf(pieces(body, cuts), boundary);
        expect(parts).toEqual(buffers.map((content, index) => ({ name: `p${index}`, filename: 'ü.jsonl', content })));
      }),
      { numRuns: 4000 },
    );
  });

  it('is read as the platform writes it', async () => {
    const data = new FormData();
    data.set('purpose', 'batch');
    data.set('file', new File(['a\r\nb'], 'x"y\n.jsonl'));
    const response = new Response(data);
    const boundary = boundaryOf(response.headers.get('content-type') ?? undefined);
    const parts = await partsOf(pieces(Buffer.from(await response.arrayBuffer()), [7]), boundary);
    expect(parts.map(({ name, filename, content }) => [name, filename, content.toString()])).toEqual([
      ['purpose', null, 'batch'],
      ['file', 'x"y\n.jsonl', 'a\r\nb'],
    ]);
  });

  it('may have a preamble and an epilogue', async () => {
    const parts = await form(`junk\r\n--b\r\n${HEAD}\r\n\r\nv\r\n--b--\r\nmore junk`, [3]);
    expect(parts.map(({ content }) => content.toString())).toEqual(['v']);
  });

  it.each([
    ['ends before its closing boundary', `--b\r\n${HEAD}\r\n\r\nvalue`],
    ['ends before its closing boundary', ''],
    ['a boundary is followed by something else', `--b${HEAD}`],
    ['a part has no name', '--b\r\nContent-Type: text/plain\r\n\r\nv\r\n--b--'],
    ['a part has no name', '--b\r\n\r\nv\r\n--b--'],
    ['a part head is too long', `--b\r\n${HEAD}${'x'.repeat(20_000)}\r\n\r\nv\r\n--b--`],
    ['a part head is too long', `--b\r\n${HEAD}${'x'.repeat(20_000)}`],
    ['its first boundary is missing', 'x'.repeat(20_000)],
    ['it has too many parts', `--b\r\n${HEAD}\r\n\r\nv\r\n`.repeat(65)],
  ])('is refused if it %s', async (why, text) => {
    await expect(form(text)).rejects.toMatchObject({ status: 400, message: expect.stringContaining(why) as string });
  });

  it('is read to its end although it is refused, so that the answer can be read', async () => {
    let taken = 0;
    const body = (async function* () {
      for (; taken < 10; taken++) yield Buffer.from('x'.repeat(20_000));
    })();
    await expect(partsOf(body, 'b')).rejects.toThrow('first boundary');
    expect(taken).toBe(10);
  });
});

describe('the boundary of a content type', () => {
  it('is found plain or quoted', () => {
    expect(boundaryOf('multipart/form-data; boundary=abc')).toBe('abc');
    expect(boundaryOf('Multipart/Form-Data; charset=utf-8; boundary="a b"')).toBe('a b');
  });

  it.each([undefined, 'application/json', 'multipart/form-data', `multipart/form-data; boundary=${'x'.repeat(71)}`])(
    'is missed in %s',
    (type) => {
      expect(() => boundaryOf(type)).toThrow('multipart/form-data');
    },
  );
});
