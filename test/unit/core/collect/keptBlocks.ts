import type { ByteSink } from '../../../../src/core/collect/byteSink.ts';
import type { KeptColumn } from '../../../../src/core/model/block.ts';

/** A column of a block as a worker makes it. */
export function keptColumn(values: readonly (string | null)[]): KeptColumn {
  const validity = new Uint8Array(Math.ceil(values.length / 8)).fill(0xff);
  const encoded = values.map((value) => (value === null ? null : new TextEncoder().encode(value)));
  const plain = new Uint8Array(encoded.reduce((sum, bytes) => sum + (bytes === null ? 0 : 4 + bytes.length), 0));
  let [at, nulls] = [0, 0];
  for (const [row, bytes] of encoded.entries()) {
    if (bytes === null) {
      nulls++;
      validity[row >> 3] = (validity[row >> 3] ?? 0) & ~(1 << (row & 7));
      continue;
    }
    new DataView(plain.buffer).setUint32(at, bytes.length, true);
    plain.set(bytes, at + 4);
    at += 4 + bytes.length;
  }
  return { plain, validity: nulls === 0 ? null : validity, nulls };
}

/** A sink that keeps everything. */
export function bytesSink(): ByteSink & { readonly bytes: () => Uint8Array } {
  const parts: Uint8Array[] = [];
  return {
    write: async (bytes) => {
      parts.push(bytes.slice());
    },
    bytes: () => new Uint8Array(Buffer.concat(parts)),
  };
}
