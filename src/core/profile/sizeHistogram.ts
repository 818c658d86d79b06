/** How many values have which size: buckets of rising size, each [from, to) in bytes; empty ones at both ends are left out. */
export interface SizeHistogram {
  readonly buckets: readonly { readonly from: number; readonly to: number; readonly count: number }[];
  /** `estimate`: scaled up from a sample. */
  readonly known: 'exact' | 'estimate';
}
