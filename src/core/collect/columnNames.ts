/** Gives out names of output columns: each is free, without regard to letter case, of all given before. */
export interface ColumnNames {
  /** The name itself where it is free, else with `suffix` appended as often as it takes. */
  readonly take: (name: string, suffix: string) => string;
}

/** Suffix of a dataset's column whose name an output column of ours has. */
export const INPUT_SUFFIX = '_input';
/** Suffix of an answer's property whose name another column has. */
export const ANSWER_SUFFIX = '_answer';

/** Names with `reserved` already taken. Letter case is disregarded since DuckDB and Spark do so too. */
export function columnNames(reserved: readonly string[]): ColumnNames {
  const taken = new Set(reserved.map((name) => name.toLowerCase()));
  return {
    take: (name, suffix) => {
      let free = name;
      while (taken.has(free.toLowerCase())) free += suffix;
      taken.add(free.toLowerCase());
      return free;
    },
  };
}
