import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { snappyCompress } from 'hysnappy';
import { describe, expect, test } from 'vitest';
import type { ByteSource, PageCodec } from '../../../src/core/ports.ts';
import { openCodecs } from '../../../src/platform/codecs.ts';
import { python } from '../../support/python.ts';

const codecs = await openCodecs();
const never = new AbortController().signal;

function sourceOf(bytes: Uint8Array, name = 'rows.jsonl.zst'): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    modifiedMs: 0,
    read: async (offset, length, _signal, into) => {
      if (into === undefined) return bytes.slice(offset, offset + length);
      into.set(bytes.subarray(offset, offset + length));
      return into.subarray(0, length);
    },
    verifyUnchanged: async () => undefined,
    close: async () => undefined,
  };
}

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

const PACK = `
import base64, sys, pyarrow as pa
data = bytes(sys.argv[1], 'utf8') * int(sys.argv[2])
for name in ['lz4', 'lz4_raw', 'zstd', 'snappy', 'gzip', 'brotli']:
    print(name, base64.b64encode(pa.Codec(name).compress(data, asbytes=True)).decode())
`;
const NAMES: Record<string, PageCodec> = {
  lz4: 'LZ4_FRAME',
  lz4_raw: 'LZ4_RAW',
  zstd: 'ZSTD',
  snappy: 'SNAPPY',
  gzip: 'GZIP',
  brotli: 'BROTLI',
};

async function packedByArrow(text: string, times: number): Promise<[PageCodec, Buffer][]> {
  const lines = (await python(PACK, [text, String(times)])).trim().split('\n');
  return lines.map((line) => {
    const [name = '', base64 = ''] = line.split(' ');
    return [NAMES[name] ?? 'UNCOMPRESSED', Buffer.from(base64, 'base64')];
  });
}

const text = 'Grüße an 世界, row after row: abcabcabc ';
const packed = await packedByArrow(text, 5000);
const plain = Buffer.from(text.repeat(5000));

describe('unpacking a block', () => {
  test.each(packed)('%s written by Arrow comes back', (codec, bytes) => {
    expect(Buffer.from(codecs.unpack(codec, bytes, plain.length)).equals(plain)).toBe(true);
  });

  test.each(packed)('%s of another size than announced is an error', (codec, bytes) => {
    for (const wrong of [plain.length - 1, plain.length + 1, 1])
      expect(() => codecs.unpack(codec, bytes, wrong), `${codec} ${wrong}`).toThrow();
  });

  test.each(packed)(
    '%s that was cut short or damaged gives an error or bytes of the announced size',
    (codec, bytes) => {
      for (let cut = 0; cut < bytes.length - 1; cut += Math.ceil(bytes.length / 50)) {
        expect(() => codecs.unpack(codec, bytes.subarray(0, cut), plain.length)).toThrow();
        const damaged = Buffer.from(bytes);
        damaged[cut] = (damaged[cut] ?? 0) ^ 0x55;
        let out: Uint8Array | undefined;
        try {
          out = codecs.unpack(codec, damaged, plain.length);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
        expect(out?.length ?? plain.length).toBe(plain.length);
      }
      expect(Buffer.from(codecs.unpack(codec, bytes, plain.length)).equals(plain)).toBe(true);
    },
  );

  test('snappy that declares its size but holds less shows no bytes of an earlier block', () => {
    const secret = Buffer.alloc(1000, 'secret');
    codecs.unpack('SNAPPY', snappyCompress(secret), 1000);
    expect(() => codecs.unpack('SNAPPY', Buffer.from([0xe8, 0x07, 0x10, 1, 2, 3, 4, 5]), 1000)).toThrow();
  });

  test('a block that claims more than 1 GiB is refused before anything is reserved', () => {
    for (const codec of Object.values(NAMES)) expect(() => codecs.unpack(codec, Buffer.alloc(10), 2 ** 31)).toThrow();
  });

  test('a zstd block may be several frames, and large', () => {
    const zstd = packed.find(([codec]) => codec === 'ZSTD')?.[1] ?? Buffer.alloc(0);
    const frames = 100;
    const many = Buffer.concat(Array<Buffer>(frames).fill(zstd));
    const unpacked = codecs.unpack('ZSTD', many, frames * plain.length);
    expect(Buffer.from(unpacked.subarray(-plain.length)).equals(plain)).toBe(true);
    expect(() => codecs.unpack('ZSTD', many, frames * plain.length + 1)).toThrow();
    expect(() => codecs.unpack('ZSTD', many.subarray(0, -1), frames * plain.length)).toThrow();
  });

  test('gzip pages may also be zlib streams', () => {
    expect(Buffer.from(codecs.unpack('GZIP', deflateSync(plain), plain.length)).equals(plain)).toBe(true);
  });

  test('the old LZ4 codec takes Hadoop blocks, frames and bare blocks', () => {
    const raw = packed.find(([codec]) => codec === 'LZ4_RAW')?.[1] ?? Buffer.alloc(0);
    const frame = packed.find(([codec]) => codec === 'LZ4_FRAME')?.[1] ?? Buffer.alloc(0);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(plain.length, 0);
    head.writeUInt32BE(raw.length, 4);
    const twice = Buffer.concat([head, raw, head, raw]);
    expect(Buffer.from(codecs.unpack('LZ4', twice, 2 * plain.length)).equals(Buffer.concat([plain, plain]))).toBe(true);
    expect(Buffer.from(codecs.unpack('LZ4', raw, plain.length)).equals(plain)).toBe(true);
    expect(Buffer.from(codecs.unpack('LZ4', frame, plain.length)).equals(plain)).toBe(true);
  });

  test('any bytes at all as LZ4 give an error or the announced size', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 300 }), (bytes, size) => {
        for (const codec of ['LZ4', 'LZ4_RAW', 'LZ4_FRAME', 'SNAPPY'] as const) {
          try {
            expect(codecs.unpack(codec, bytes, size)).toHaveLength(size);
          } catch (error) {
            if (!(error instanceof Error) || error.name === 'AssertionError') throw error;
          }
        }
      }),
    );
  });

  test('gzip and brotli bombs stop at the announced size', () => {
    const zeros = Buffer.alloc(5_000_000);
    expect(() => codecs.unpack('GZIP', gzipSync(zeros), 1000)).toThrow();
    expect(() => codecs.unpack('BROTLI', brotliCompressSync(zeros), 1000)).toThrow();
  });
});

const ZSTD_FILE = `
import base64, sys, pyarrow as pa
data = bytes(sys.argv[1], 'utf8') * int(sys.argv[2])
one = pa.BufferOutputStream()
with pa.CompressedOutputStream(one, 'zstd') as out:
    for at in range(0, len(data), 70000): out.write(data[at:at + 70000])
print(base64.b64encode(one.getvalue().to_pybytes()).decode())
`;

describe('unpacking a whole file', async () => {
  const whole = Buffer.from(text.repeat(100_000));
  const zstd = Buffer.from(await python(ZSTD_FILE, [text, '100000']), 'base64');
  const gzip = gzipSync(whole);
  const cases: ['gzip' | 'zstd', Buffer][] = [
    ['gzip', gzip],
    ['zstd', zstd],
  ];

  test.each(cases)('%s comes in pieces, also when files were joined', async (kind, bytes) => {
    const twice = Buffer.concat([bytes, bytes]);
    const out = await collect(codecs.unpackStream(kind, sourceOf(twice), never));
    expect(out.equals(Buffer.concat([whole, whole]))).toBe(true);
  });

  test.each(cases)('a cut %s file is one sentence that names it', async (kind, bytes) => {
    for (const part of [0.1, 0.5, 0.99]) {
      const short = sourceOf(bytes.subarray(0, Math.floor(bytes.length * part)), 'rows.packed');
      await expect(collect(codecs.unpackStream(kind, short, never))).rejects.toMatchObject({
        code: 'badData',
        message: expect.stringContaining('rows.packed') as string,
      });
    }
  });

  test.each(cases)('a damaged %s file ends', async (kind, bytes) => {
    for (let at = 0; at < Math.min(bytes.length, 400); at += 7) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      await collect(codecs.unpackStream(kind, sourceOf(damaged), never)).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'badData' });
      });
    }
  });

  test.each(cases)('an aborted %s file stops', async (kind, bytes) => {
    const stop = new AbortController();
    const reading = async () => {
      for await (const piece of codecs.unpackStream(
        kind,
        sourceOf(Buffer.concat(Array<Buffer>(50).fill(bytes))),
        stop.signal,
      ))
        if (piece.length > 0) stop.abort();
    };
    await expect(reading()).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('an error of the source comes through as it is', async () => {
    const source: ByteSource = {
      ...sourceOf(gzip),
      read: async () => Promise.reject(new RangeError('the disk is gone')),
    };
    await expect(collect(codecs.unpackStream('gzip', source, never))).rejects.toThrow('the disk is gone');
  });
});
