/** Values that are taken from the front; fewer than asked for is an error. */
export interface NumberSource {
  readonly read: (out: Uint32Array, count: number) => void;
}

function endsEarly(): never {
  throw new Error('its levels or indexes end early');
}

/** `count` values of `width` bits, least significant bit first, from bit `bit` of bytes[at...]. */
function unpackBits(
  bytes: Uint8Array,
  at: number,
  bit: number,
  width: number,
  out: Uint32Array,
  from: number,
  count: number,
): void {
  const mask = 2 ** Math.min(width, 31) - 1;
  let byteAt = at + Math.floor(bit / 8);
  let shift = bit % 8;
  for (let i = from; i < from + count; i++) {
    if (width <= 24) {
      const word =
        (bytes[byteAt] ?? 0) |
        ((bytes[byteAt + 1] ?? 0) << 8) |
        ((bytes[byteAt + 2] ?? 0) << 16) |
        ((bytes[byteAt + 3] ?? 0) << 24);
      out[i] = (word >>> shift) & mask;
    } else {
      let word = 0;
      for (let k = 4; k >= 0; k--) word = word * 256 + (bytes[byteAt + k] ?? 0);
      out[i] = Math.floor(word / 2 ** shift) % 2 ** width;
    }
    shift += width;
    byteAt += shift >> 3;
    shift &= 7;
  }
}

/** RLE and bit-packed runs of bytes[at, end). https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE */
export function hybridReader(bytes: Uint8Array, at: number, end: number, width: number): NumberSource {
  if (width > 32) throw new Error(`a bit width of ${width}`);
  const valueBytes = (width + 7) >> 3;
  let left = 0;
  let packed = false;
  let value = 0;
  let bit = 0;
  const header = (): number => {
    let run = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      if (at >= end) endsEarly();
      const byte = bytes[at++] ?? 0;
      run += (byte & 127) * 2 ** shift;
      if (byte < 128) return run;
    }
    return endsEarly();
  };
  const nextRun = (): void => {
    if (packed) at = Math.min(end, at + Math.ceil(bit / 8));
    const run = header();
    packed = run % 2 === 1;
    left = Math.floor(run / 2) * (packed ? 8 : 1);
    bit = 0;
    if (packed) return;
    if (valueBytes > end - at) endsEarly();
    value = 0;
    for (let k = 0; k < valueBytes; k++) value += (bytes[at++] ?? 0) * 2 ** (8 * k);
  };
  return {
    read: (out, count) => {
      for (let done = 0; done < count;) {
        if (left === 0) {
          nextRun();
          continue;
        }
        const here = Math.min(left, count - done);
        if (packed) {
          if (Math.ceil((bit + here * width) / 8) > end - at) endsEarly();
          unpackBits(bytes, at, bit, width, out, done, here);
          bit += here * width;
        } else out.fill(value, done, done + here);
        done += here;
        left -= here;
      }
    },
  };
}

/** The deprecated BIT_PACKED levels: most significant bit first, nothing else. */
export function bitPackedReader(bytes: Uint8Array, at: number, end: number, width: number): NumberSource {
  let bit = 0;
  return {
    read: (out, count) => {
      if (Math.ceil((bit + count * width) / 8) > end - at) endsEarly();
      for (let i = 0; i < count; i++) {
        let value = 0;
        for (let k = 0; k < width; k++, bit++)
          value = value * 2 + (((bytes[at + Math.floor(bit / 8)] ?? 0) >> (7 - (bit % 8))) & 1);
        out[i] = value;
      }
    },
  };
}
