// Snappy in pieces. https://github.com/google/snappy/blob/main/format_description.txt
import { copy } from './bytes';

/** Writes n bytes that repeat those `offset` before `to`; writes up to 15 bytes past the end. */
@inline function repeat(to: usize, n: usize, offset: usize): void {
  const from = to - offset;
  if (offset >= n) { copy(from, n, to); return; }
  // What lies between `from` and `to` doubles with every step until whole blocks fit.
  while (to - from < 16 && n > 0) {
    v128.store(to, v128.load(from));
    const step = min(to - from, n);
    to += step;
    n -= step;
  }
  for (let k: usize = 0; k < n; k += 16) v128.store(to + k, v128.load(from + k));
}

/** Room that the plain elements of `plainElements` may need on either side without asking again. */
const MARGIN: usize = 96;
let plainSrc: usize = 0;
let plainTo: usize = 0;

/**
 * Elements far from the ends of input and room, without a question for each byte: short literals and references with one or two byte offsets.
 * Stops before any other element, or a reference that reaches too far back; leaves where in plainSrc and plainTo.
 */
function plainElements(src: usize, end: usize, base: usize, to: usize, room: usize): void {
  while (src + MARGIN <= end && to + MARGIN <= room) {
    const tag = <usize>load<u8>(src);
    const kind = tag & 3;
    if (kind == 0) {
      const n = (tag >> 2) + 1;
      if (n > 60) break;
      v128.store(to, v128.load(src, 1));
      for (let k: usize = 16; k < n; k += 16) v128.store(to + k, v128.load(src + k, 1));
      src += n + 1;
      to += n;
      continue;
    }
    if (kind == 3) break;
    const n = kind == 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = kind == 1 ? ((tag >> 5) << 8) | <usize>load<u8>(src, 1) : <usize>load<u16>(src, 1);
    if (offset - 1 >= to - base) break;
    if (offset >= 16) {
      const from = to - offset;
      v128.store(to, v128.load(from));
      for (let k: usize = 16; k < n; k += 16) v128.store(to + k, v128.load(from + k));
    } else repeat(to, n, offset);
    to += n;
    src += kind == 1 ? 2 : 3;
  }
  plainSrc = src;
  plainTo = to;
}

/**
 * Unpacks elements of [src, end) to `to`, at most up to `room`; references may reach back to `base`. At state lie five u32: where input and output
 * stopped, bytes of a literal that are still to come, bytes of a reference, its offset; the last three are taken from there (first zeros).
 * Returns 0 for more input (what is left of it, at most 4 bytes, comes before the next), 1 for more room, 2 for a reference before `base`.
 */
export function snappyPiece(state: usize, src: usize, end: usize, base: usize, to: usize, room: usize): i32 {
  let literal = <usize>load<u32>(state, 8), length = <usize>load<u32>(state, 12), offset = <usize>load<u32>(state, 16);
  let status = 0;
  while (true) {
    if (literal) {
      const n = min(literal, min(end - src, room - to));
      copy(src, n, to);
      src += n;
      to += n;
      literal -= n;
      if (literal) { status = src == end ? 0 : 1; break; }
    }
    if (length) {
      if (offset - 1 >= to - base) { status = 2; break; }
      const n = min(length, room - to);
      repeat(to, n, offset);
      to += n;
      length -= n;
      if (length) { status = 1; break; }
    }
    plainElements(src, end, base, to, room);
    src = plainSrc;
    to = plainTo;
    if (src >= end) break;
    const tag = <usize>load<u8>(src), left = end - src;
    const kind = tag & 3;
    if (kind == 0) {
      literal = (tag >> 2) + 1;
      if (literal > 60) {
        const more = literal - 60;
        if (left <= more) { literal = 0; break; }
        literal = <usize>(load<u32>(src, 1) & (<u32>0xffffffff >> <u32>(32 - (more << 3)))) + 1;
        src += more;
      }
      src++;
    } else if (kind == 1) {
      if (left < 2) break;
      length = ((tag >> 2) & 7) + 4;
      offset = ((tag >> 5) << 8) | <usize>load<u8>(src, 1);
      src += 2;
    } else if (kind == 2) {
      if (left < 3) break;
      length = (tag >> 2) + 1;
      offset = <usize>load<u16>(src, 1);
      src += 3;
    } else {
      if (left < 5) break;
      length = (tag >> 2) + 1;
      offset = <usize>load<u32>(src, 1);
      src += 5;
    }
  }
  store<u32>(state, <u32>src);
  store<u32>(state, <u32>to, 4);
  store<u32>(state, <u32>literal, 8);
  store<u32>(state, <u32>length, 12);
  store<u32>(state, <u32>offset, 16);
  return status;
}
