import { KERNEL_BASE64 } from './kernelBytes.ts';
import type { ParquetExports } from './parquetExports.ts';
import type { RenderExports } from './renderExports.ts';
import type { ScanExports } from './scanExports.ts';
import type { ValueExports } from './valueExports.ts';

/** The kernel reads and writes up to 16 bytes past an area's end; each area is followed by this many spare bytes. */
const SPARE = 64;
const PAGE = 65_536;
/** The kernel returns addresses as i32. */
const TOP = 0x7fff0000;

type KernelExports = { readonly heapBase: () => number } & RenderExports & ScanExports & ParquetExports & ValueExports;

/** One kernel with its linear memory. Areas are handed out in order and given back all at once (`mark`, `release`). */
export interface Kernel extends KernelExports {
  /** Reserves `bytes` and returns where; grows the memory (which detaches every view: make views late). RangeError past 2 GiB. */
  reserve: (bytes: number) => number;
  /** Copies bytes in and returns where. */
  put: (bytes: Uint8Array) => number;
  /** A view of [at, at + length); dead after the next growth. */
  bytes: (at: number, length: number) => Uint8Array;
  /** A view of `length` int32; `at` is a multiple of 4. */
  ints: (at: number, length: number) => Int32Array;
  /** A view of `length` uint64; `at` is a multiple of 8. */
  longs: (at: number, length: number) => BigUint64Array;
  mark: () => number;
  /** Gives back all that was reserved since `mark()`. */
  release: (mark: number) => void;
  /** Bytes of linear memory now; it never shrinks, so an owner drops an instance that has grown past its allowance. */
  sizeBytes: () => number;
}

let compiled: WebAssembly.Module | undefined;

function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNEL_BASE64), (char) => char.charCodeAt(0)));
  return compiled;
}

/** Opens a fresh kernel (about a millisecond; the code is compiled once). */
export function openKernel(): Kernel {
  const memory = new WebAssembly.Memory({ initial: 64 });
  const instance = new WebAssembly.Instance(kernelModule(), { env: { memory } });
  const exports = instance.exports as unknown as KernelExports;
  let top = Math.ceil(exports.heapBase() / 16) * 16;
  const grow = (end: number): void => {
    const missing = end + SPARE - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE) + 16);
  };
  const reserve = (bytes: number): number => {
    const at = top;
    const end = at + bytes + SPARE;
    if (!(bytes >= 0 && end < TOP)) throw new RangeError(`the kernel has no room for ${bytes} bytes more`);
    grow(end);
    top = end - (end % 16);
    return at;
  };
  const view = (at: number, length: number): Uint8Array => new Uint8Array(memory.buffer, at, length);
  return {
    ...exports,
    reserve,
    put: (bytes) => {
      const own = bytes.buffer === memory.buffer;
      const from = bytes.byteOffset;
      const at = reserve(bytes.length);
      view(at, bytes.length).set(own ? view(from, bytes.length) : bytes);
      return at;
    },
    bytes: view,
    ints: (at, length) => new Int32Array(memory.buffer, at, length),
    longs: (at, length) => new BigUint64Array(memory.buffer, at, length),
    mark: () => top,
    release: (mark) => {
      top = mark;
    },
    sizeBytes: () => memory.buffer.byteLength,
  };
}
