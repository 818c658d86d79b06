/** A synchronous stretch of our own work in the editor's process. */
export interface Slice {
  readonly name: string;
  readonly ms: number;
}

/** Measures our synchronous work, since what blocks the editor's process is blamed on us by name. */
export interface Slices {
  readonly add: (name: string, ms: number) => void;
  readonly measure: <T>(name: string, work: () => T) => T;
  /** The longest of each name since the start, longest first. */
  readonly longest: () => readonly (Slice & { readonly count: number })[];
}

const WORTH_A_LINE_MS = 16;

export function openSlices(nowMs: () => number, onLong: (slice: Slice) => void): Slices {
  const all = new Map<string, { ms: number; count: number }>();
  const add = (name: string, ms: number): void => {
    const known = all.get(name) ?? { ms: 0, count: 0 };
    all.set(name, { ms: Math.max(known.ms, ms), count: known.count + 1 });
    if (ms >= WORTH_A_LINE_MS) onLong({ name, ms });
  };
  return {
    add,
    measure: (name, work) => {
      const startMs = nowMs();
      try {
        return work();
      } finally {
        add(name, nowMs() - startMs);
      }
    },
    longest: () => [...all].map(([name, { ms, count }]) => ({ name, ms, count })).sort((a, b) => b.ms - a.ms),
  };
}
