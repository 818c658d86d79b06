/** Chooses a random sample of a stream of unknown length. */
export interface Reservoir {
  /** Position (from 0) of the next item to be taken; those before it are passed over. */
  readonly next: () => number;
  /** Takes that item and says into which of the `size` places it goes. */
  readonly take: () => number;
}

/** A uniform sample of `size` items without replacement (Li's algorithm L, https://doi.org/10.1145/198429.198435); costs only what it takes. */
export function openReservoir(size: number, random: () => number): Reservoir {
  const logOf = (): number => Math.log(1 - random());
  let taken = 0;
  let next = size > 0 ? 0 : Infinity;
  let weight = 1;
  const skip = (): void => {
    weight *= Math.exp(logOf() / size);
    next += 1 + Math.floor(logOf() / Math.log1p(-weight));
  };
  return {
    next: () => next,
    take: () => {
      const place = taken < size ? taken : Math.floor(random() * size);
      taken++;
      if (taken < size) next++;
      else skip();
      return place;
    },
  };
}
