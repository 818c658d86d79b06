/** What `assembly/scan.ts` and `assembly/utf8.ts` export. Every address and length is in the kernel's linear memory; slots, nodes and state are described there. */
export interface ScanExports {
  /** JSONL lines of [src, end), the last with its line feed, as rows [row, limit); returns the rows done. */
  readonly scanJsonl: (
    src: number,
    end: number,
    row: number,
    limit: number,
    nodes: number,
    nodeCount: number,
    columns: number,
    count: number,
    state: number,
  ) => number;
  /** CSV records of [src, end) as rows [row, limit); returns the rows done. */
  readonly scanCsv: (
    src: number,
    end: number,
    row: number,
    limit: number,
    delimiter: number,
    fields: number,
    wanted: number,
    columns: number,
    count: number,
    state: number,
  ) => number;
  /** 1 if [at, end) is whole, valid UTF-8, else 0. Reads up to 15 bytes past the end. */
  readonly validUtf8: (at: number, end: number) => number;
}
