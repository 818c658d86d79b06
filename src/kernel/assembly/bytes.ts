// Shared by the kernel's parts. Areas leave 16 readable and writable bytes behind their end.

/** Copies [src, src + n) to out; writes up to 15 bytes past out + n. */
@inline export function copy(src: usize, n: usize, out: usize): void {
  if (n > 512) memory.copy(out, src, n);
  else for (let k: usize = 0; k < n; k += 16) v128.store(out + k, v128.load(src + k));
}

/** Bits of a 16-byte block that lie before the end. */
@inline export function blockMask(left: usize): i32 { return left < 16 ? (1 << <i32>left) - 1 : -1; }

/** Where static data ends: the first address that may be handed out. */
export function heapBase(): usize { return __heap_base; }
