import { once } from 'node:events';
import { brotliCompressSync, createGunzip, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import { describe, expect, test } from 'vitest';
import type { NextPiece, PageCodec } from '../../../src/core/ports.ts';
import { openCodecs } from '../../../src/platform/codecs.ts';
import { streamPieces } from '../../../src/platform/zlibPieces.ts';
import { python } from '../../support/python.ts';

const codecs = await openCodecs();

const PACK = `
import base64, pyarrow as pa
data = b''.join(b'%d: Gr\\xc3\\xbc\\xc3\\x9fe, row after row %d, abcabcabc ' % (i, i * i * 7919 % 10007) for i in range(30000))
print(base64.b64encode(data).decode())
for name in ['zstd', 'snappy', 'gzip', 'brotli']:
    print(base64.b64encode(pa.Codec(name).compress(data, asbytes=True)).decode())
`;
const [plain = Buffer.alloc(0), ...packedByArrow] = (await python(PACK, []))
  .trim()
  .split('\n')
  .map((line) => Buffer.from(line, 'base64'));
const NAMES = ['ZSTD', 'SNAPPY', 'GZIP', 'BROTLI'] as const;
const packed = NAMES.map((codec, i): [PageCodec, Buffer] => [codec, packedByArrow[i] ?? Buffer.alloc(0)]);

/** Pieces of some bytes; each is overwritten when the next is asked for. */
function piecesOf(bytes: Uint8Array, size: number): () => NextPiece {
  return () => {
    let at = 0;
    let given = new Uint8Array(0);
    return async () => {
      given.fill(0xee);
      if (at >= bytes.length) return Promise.resolve(null);
      given = new Uint8Array(bytes.subarray(at, at + size));
      at += size;
      return Promise.resolve(given);
    };
  };
}

function unpacking(codec: PageCodec, bytes: Uint8Array, sizeBytes: number, size = 50_000) {
  const pieces = codecs.unpackPieces(codec, piecesOf(bytes, size), sizeBytes);
  if (pieces === null) throw new Error(`${codec} is not unpacked in pieces`);
  return pieces;
}

async function unpack(codec: PageCodec, bytes: Uint8Array, sizeBytes: number, size?: number): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of unpacking(codec, bytes, sizeBytes, size)) all.push(Buffer.from(piece));
  return Buffer.concat(all);
}

describe('unpacking a block in pieces', () => {
  test.each(packed)('%s written by Arrow comes back, and no piece is the whole', async (codec, bytes) => {
    expect(plain.length).toBeGreaterThan(1 << 20);
    for (const size of [1013, 50_000, bytes.length])
      expect((await unpack(codec, bytes, plain.length, size)).equals(plain), String(size)).toBe(true);
    for await (const piece of unpacking(codec, bytes, plain.length))
      expect(piece.length).toBeLessThanOrEqual(512 << 10);
  });

  test.each(packed)('%s of another size than announced is an error', async (codec, bytes) => {
    for (const wrong of [plain.length - 1, plain.length + 1, 1])
      await expect(unpack(codec, bytes, wrong), `${codec} ${wrong}`).rejects.toThrow();
  });

  test.each(packed)(
    '%s that was cut short or damaged gives an error or bytes of the announced size',
    async (codec, bytes) => {
      for (let cut = 0; cut < bytes.length - 1; cut += Math.ceil(bytes.length / 25)) {
        await expect(unpack(codec, bytes.subarray(0, cut), plain.length), String(cut)).rejects.toThrow();
        const damaged = Buffer.from(bytes);
        damaged[cut] = (damaged[cut] ?? 0) ^ 0x55;
        const out = await unpack(codec, damaged, plain.length).catch((error: unknown) => error);
        if (!(out instanceof Error)) expect(out).toHaveLength(plain.length);
      }
      expect((await unpack(codec, bytes, plain.length)).equals(plain)).toBe(true);
    },
  );

  test('streams go on beside each other, and may be left at any time', async () => {
    const left = [...packed, ...packed].map(([codec, bytes]) => unpacking(codec, bytes, plain.length, 3000));
    for (const pieces of left) await pieces.next();
    const read = packed.map(async ([codec, bytes]) => unpack(codec, bytes, plain.length, 2000));
    for (const pieces of left) await pieces.return();
    for (const out of await Promise.all(read)) expect(out.equals(plain)).toBe(true);
    const unread = unpacking('ZSTD', plain, plain.length);
    await unread.return();
  });

  test('an error of the source comes through as it is', async () => {
    const open = (): NextPiece => async () => Promise.reject(new RangeError('the disk is gone'));
    for (const [codec] of packed)
      await expect(codecs.unpackPieces(codec, open, 1000)?.next(), codec).rejects.toThrow('the disk is gone');
  });

  test('a block that claims more than 1 GiB is refused, an empty one is not looked at', async () => {
    for (const [codec] of packed) {
      await expect(unpack(codec, Buffer.alloc(10), 2 ** 31)).rejects.toThrow('a block of');
      expect(await unpack(codec, Buffer.alloc(0), 0)).toHaveLength(0);
    }
  });

  test('gzip and brotli bombs stop at the announced size', async () => {
    const zeros = Buffer.alloc(5_000_000);
    await expect(unpack('GZIP', gzipSync(zeros), 1000)).rejects.toThrow('another size');
    await expect(unpack('BROTLI', brotliCompressSync(zeros), 1000)).rejects.toThrow('another size');
  });

  test('a zstd block may be several frames, gzip several members or a zlib stream', async () => {
    const [[, zstd] = ['ZSTD', plain], , [, gzip] = ['GZIP', plain]] = packed;
    const twice = Buffer.concat([plain, plain]);
    for (const size of [70, 50_000, 1 << 24]) {
      expect((await unpack('ZSTD', Buffer.concat([zstd, zstd]), twice.length, size)).equals(twice)).toBe(true);
      expect((await unpack('GZIP', Buffer.concat([gzip, gzip]), twice.length, size)).equals(twice)).toBe(true);
    }
    expect((await unpack('GZIP', deflateSync(plain), plain.length)).equals(plain)).toBe(true);
  });

  test('codecs that know whole blocks only are told', () => {
    for (const codec of ['LZ4', 'LZ4_RAW', 'LZ4_FRAME'] as const)
      expect(codecs.unpackPieces(codec, piecesOf(plain, 1000), 1000)).toBeNull();
  });
});

describe('snappy in pieces', () => {
  test('gives what whole blocks give', async () => {
    const some = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.integer({ min: 1, max: 3000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(some, { maxLength: 6 }), fc.integer({ min: 1, max: 9000 }), async (parts, size) => {
        const bytes = Buffer.concat(parts.flatMap(([part, times]) => Array<Uint8Array>(times).fill(part)));
        expect((await unpack('SNAPPY', snappyCompress(bytes), bytes.length, size)).equals(bytes)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('reads references further back than other writers make', async () => {
    const far = Buffer.alloc(900_000, plain);
    const literal = Buffer.concat([Buffer.from([62 << 2, 0x9f, 0xbb, 0x0d]), far]);
    const reference = Buffer.from([(63 << 2) | 3, 0, 0, 0, 0]);
    reference.writeUInt32LE(far.length - 7, 1);
    const out = Buffer.concat([far, far.subarray(7, 71)]);
    const size = Buffer.from([0xe0, 0xf7, 0x36]);
    expect((await unpack('SNAPPY', Buffer.concat([size, literal, reference]), out.length)).equals(out)).toBe(true);
  });

  test('that declares its size but holds less shows no bytes of an earlier block', async () => {
    const secret = Buffer.alloc(1000, 'secret');
    await unpack('SNAPPY', snappyCompress(secret), 1000);
    await expect(unpack('SNAPPY', Buffer.from([0xe8, 0x07, 0x10, 1, 2, 3, 4, 5]), 1000)).rejects.toThrow();
  });
});

describe('zlib where Node keeps its handles to itself', () => {
  async function gunzip(next: NextPiece): Promise<Buffer> {
    const all: Uint8Array[] = [];
    const stream = createGunzip();
    for await (const piece of streamPieces(stream, next)) all.push(piece);
    if (!stream.closed) await once(stream, 'close');
    return Buffer.concat(all);
  }
  const gzip = gzipSync(plain);

  test('is unpacked by its streams', async () => {
    for (const size of [3000, gzip.length]) expect((await gunzip(piecesOf(gzip, size)())).equals(plain)).toBe(true);
  });

  test('broken data and errors of the source end it', async () => {
    await expect(gunzip(piecesOf(gzip.subarray(0, -20), 3000)())).rejects.toThrow('unexpected end');
    await expect(gunzip(piecesOf(plain, 3000)())).rejects.toThrow('incorrect header');
    await expect(gunzip(async () => Promise.reject(new RangeError('the disk is gone')))).rejects.toThrow('the disk');
  });

  test('may be left at any time', async () => {
    const pieces = streamPieces(createGunzip({ chunkSize: 1000 }), piecesOf(gzip, gzip.length)());
    await pieces.next();
    await pieces.return();
  });
});
