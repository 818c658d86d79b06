/** What `assembly/parquet.ts` exports. Every address and length is in the kernel's linear memory. */
export interface ParquetExports {
  readonly parquetVersion: () => number;
}
