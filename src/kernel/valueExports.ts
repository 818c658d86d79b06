/** Rows + 1 offsets and the texts go where told; the result is the bytes of text. */
type Write = (data: number, n: number, validity: number, offsets: number, out: number) => number;

/** What `assembly/value.ts` and `assembly/nested.ts` export. Every address and length is in the kernel's linear memory. */
export interface ValueExports {
  readonly boolText: Write;
  readonly intText: (
    data: number,
    bits: number,
    signed: boolean,
    n: number,
    validity: number,
    offsets: number,
    out: number,
  ) => number;
  readonly decimalText: (
    data: number,
    width: number,
    scale: number,
    n: number,
    validity: number,
    offsets: number,
    out: number,
  ) => number;
  readonly dateText: (data: number, ms: boolean, n: number, validity: number, offsets: number, out: number) => number;
  readonly timeText: (
    data: number,
    bits: number,
    fraction: number,
    n: number,
    validity: number,
    offsets: number,
    out: number,
  ) => number;
  readonly timestampText: (
    data: number,
    fraction: number,
    utc: boolean,
    n: number,
    validity: number,
    offsets: number,
    out: number,
  ) => number;
  readonly durationText: (
    data: number,
    fraction: number,
    n: number,
    validity: number,
    offsets: number,
    out: number,
  ) => number;
  readonly intervalText: (
    data: number,
    form: number,
    n: number,
    validity: number,
    offsets: number,
    out: number,
  ) => number;
  readonly uuidText: Write;
  readonly base64Text: (
    from: number,
    values: number,
    n: number,
    validity: number,
    offsets: number,
    out: number,
  ) => number;
  readonly narrowOffsets: (wide: number, n: number, out: number) => number;
  readonly nullHasText: (offsets: number, n: number, validity: number) => number;
  readonly pickBytes: (indexes: number, n: number, validity: number, offsets: number, count: number) => number;
  readonly pick: (
    indexes: number,
    n: number,
    validity: number,
    from: number,
    values: number,
    offsets: number,
    out: number,
  ) => number;
  readonly pickValidity: (indexes: number, n: number, validity: number, picked: number, out: number) => number;
  readonly andValidity: (a: number, b: number, n: number, out: number) => number;
  readonly jsonBytes: (from: number, values: number, n: number, validity: number, mode: number) => number;
  readonly jsonText: (
    from: number,
    values: number,
    n: number,
    validity: number,
    mode: number,
    offsets: number,
    out: number,
  ) => number;
  readonly listText: (
    lists: number,
    n: number,
    validity: number,
    from: number,
    values: number,
    offsets: number,
    out: number,
  ) => number;
  readonly structText: (
    fields: number,
    count: number,
    n: number,
    validity: number,
    offsets: number,
    out: number,
  ) => number;
  readonly mapText: (
    maps: number,
    n: number,
    validity: number,
    keyOffsets: number,
    keys: number,
    valueOffsets: number,
    values: number,
    object: boolean,
    offsets: number,
    out: number,
  ) => number;
}
