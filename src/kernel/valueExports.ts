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
}
