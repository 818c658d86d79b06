import type { ByteSource } from '../../ports.ts';

const LF = 10;
const PROBE_BYTES = 65_536;

/** Where the first line that ends at or behind `from` ends (behind its line feed), or `limit` if no line feed comes before. */
async function lineEnd(source: ByteSource, from: number, limit: number, signal: AbortSignal): Promise<number> {
  let length = PROBE_BYTES;
  for (let offset = from; offset < limit;) {
    const bytes = await source.read(offset, Math.min(length, limit - offset), signal);
    const found = bytes.indexOf(LF);
    if (found >= 0) return offset + found + 1;
    offset += bytes.length;
    length = Math.min(length * 4, 1 << 23);
  }
  return limit;
}

/**
 * The lines that begin in bytes [from, to) of a plain file, as a range of bytes; `to: null` is its end.
 * A last line longer than `maxRecordBytes` is cut behind that, which whoever reads it will notice.
 */
export async function lineRange(
  source: ByteSource,
  part: { readonly from: number; readonly to: number | null },
  maxRecordBytes: number,
  signal: AbortSignal,
): Promise<{ from: number; to: number }> {
  const size = source.sizeBytes;
  const end = Math.min(part.to ?? size, size);
  const from = part.from === 0 ? 0 : await lineEnd(source, part.from - 1, end, signal);
  if (from >= end) return { from: end, to: end };
  if (end === size) return { from, to: size };
  return { from, to: await lineEnd(source, end - 1, Math.min(size, end + maxRecordBytes + 1), signal) };
}
