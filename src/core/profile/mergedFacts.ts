import type { ColumnFacts, FileDescription } from '../model/fileDescription.ts';
import type { Dataset } from '../model/dataset.ts';

const NOTHING: ColumnFacts = { diskBytes: 0, encodedBytes: 0, nulls: 0, textBytes: 0, dictionary: false };
const UNKNOWN: ColumnFacts = { diskBytes: null, encodedBytes: null, nulls: null, textBytes: null, dictionary: false };

const plus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a + b);

function add(a: ColumnFacts, b: ColumnFacts): ColumnFacts {
  return {
    diskBytes: plus(a.diskBytes, b.diskBytes),
    encodedBytes: plus(a.encodedBytes, b.encodedBytes),
    nulls: plus(a.nulls, b.nulls),
    textBytes: plus(a.textBytes, b.textBytes),
    dictionary: a.dictionary || b.dictionary,
  };
}

/** Facts of one column over all files: a file that lacks it holds nulls, and a partition column lies in no file but has a text in each row. */
export function mergedFacts(dataset: Dataset, descriptions: readonly FileDescription[], name: string): ColumnFacts {
  const partition = dataset.partitionColumns.includes(name);
  const encoder = new TextEncoder();
  return descriptions
    .map(({ columns, columnFacts, rows }, index): ColumnFacts => {
      if (partition) {
        const value = dataset.files[index]?.partition[name] ?? null;
        if (value === null) return { ...NOTHING, nulls: rows };
        return { ...NOTHING, textBytes: rows === null ? null : rows * encoder.encode(value).length };
      }
      if (!columns.some((column) => column.name === name)) return { ...NOTHING, nulls: rows };
      return columnFacts.get(name) ?? UNKNOWN;
    })
    .reduce(add, NOTHING);
}
