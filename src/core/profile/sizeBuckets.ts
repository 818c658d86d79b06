/** Buckets per doubling: a value's bucket tells its size within 9 %. */
const STEP_BITS = 3;
const PER_DOUBLING = 1 << STEP_BITS;
/** Sizes below this have a bucket each. */
const EXACT_BELOW = 16;
const COUNT = EXACT_BELOW + 28 * PER_DOUBLING;

/** A histogram of text sizes in bytes, 0 to 2^32: exact below 16, eight buckets a doubling above. */
export function emptySizes(): Uint32Array {
  return new Uint32Array(COUNT);
}

/** The bucket of a size. */
export function sizeBucket(bytes: number): number {
  if (bytes < EXACT_BELOW) return bytes;
  const doubling = 31 - Math.clz32(bytes);
  const step = (bytes >>> (doubling - STEP_BITS)) & (PER_DOUBLING - 1); // the bits behind the highest
  return EXACT_BELOW + (doubling - 4) * PER_DOUBLING + step;
}

/** Sizes [from, to) of a bucket. */
export function bucketRange(bucket: number): { readonly from: number; readonly to: number } {
  if (bucket < EXACT_BELOW) return { from: bucket, to: bucket + 1 };
  const edge = (index: number): number => {
    const doubling = 4 + Math.floor(index / PER_DOUBLING);
    return Math.ceil(2 ** doubling * (1 + (index % PER_DOUBLING) / PER_DOUBLING));
  };
  return { from: edge(bucket - EXACT_BELOW), to: edge(bucket - EXACT_BELOW + 1) };
}
