/** How large a sample of lines may be: a line is in it if fewer than `least` come before it, or fewer than `lines` of less than `chars` of text in all. */
export interface SampleLimits {
  readonly lines: number;
  readonly least: number;
  readonly chars: number;
}

/** The sample of a whole scan: its 95 % interval is within 2 % of the total on posts, and counting it takes well under a second. */
export const SCAN_SAMPLE: SampleLimits = { lines: 500, least: 60, chars: 2_000_000 };

/** What a sample goes by. */
export interface Sampled {
  /** 32 bits that decide: the lowest are taken. */
  readonly hash: number;
  /** Length of the line's texts that are kept. */
  readonly chars: number;
}

/** The lines of the lowest hashes of all that were added, however many come and in whatever parts they are gathered first. */
export interface LineSample<L extends Sampled> {
  /** Whether a line of this hash would be in the sample now; what is out once stays out. */
  readonly wants: (hash: number) => boolean;
  /** Adds a line; of equal hashes the first added comes first. */
  readonly add: (line: L) => void;
  /** By hash, ascending. */
  readonly lines: () => readonly L[];
}

/** Opens an empty sample. A sample of samples is the sample of everything, since a line has no more before it in a part than in the whole. */
export function openLineSample<L extends Sampled>({ lines: most, least, chars }: SampleLimits): LineSample<L> {
  let kept: L[] = [];
  let threshold = Infinity;

  const isFull = (count: number, sum: number): boolean => count >= least && (count >= most || sum >= chars);
  const trim = (): void => {
    let sum = 0;
    let count = 0;
    while (count < kept.length && !isFull(count, sum)) {
      sum += kept[count]?.chars ?? 0;
      count++;
    }
    kept = kept.slice(0, count);
    threshold = isFull(count, sum) ? (kept.at(-1)?.hash ?? 0) : Infinity;
  };
  return {
    wants: (hash) => hash < threshold,
    add: (line) => {
      if (line.hash >= threshold) return;
      const after = kept.findIndex(({ hash }) => hash > line.hash);
      kept.splice(after < 0 ? kept.length : after, 0, line);
      trim();
    },
    lines: () => kept,
  };
}
