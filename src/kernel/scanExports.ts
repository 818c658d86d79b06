/** What `assembly/scan.ts` exports. Every address and length is in the kernel's linear memory. */
export interface ScanExports {
  readonly scanVersion: () => number;
}
