/** A column of text in a kernel's memory, in Arrow's Utf8 layout. Addresses are offsets into linear memory; all values are valid UTF-8. */
export interface TextColumn {
  /** Address of rows + 1 int32, rising, the first 0 or more. */
  readonly offsets: number;
  /** Address of the bytes that offsets count from. */
  readonly values: number;
  /** Address of Arrow's validity bitmap (bit 1 = present, LSB first), or 0 when nothing is null. A null row's text is empty. */
  readonly validity: number;
  readonly nulls: number;
}
