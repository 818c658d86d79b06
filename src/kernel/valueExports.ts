/** What `assembly/value.ts` exports. Every address and length is in the kernel's linear memory. */
export interface ValueExports {
  readonly valueVersion: () => number;
}
