import type { Dataset } from '../model/dataset.ts';

/** Which file a row of the dataset lies in, as far as it was read. */
export interface FilePlaces {
  /** Says that `row`, counted over the whole dataset, is one of `file`; to be called in order, for the first row of each file at least. */
  readonly reached: (file: number, row: number) => void;
  /** The file's relative name and the row in it, from 0. */
  readonly of: (row: number) => { readonly file: string; readonly row: number };
}

/** Opens places that nothing is known of yet. */
export function openFilePlaces({ files }: Dataset): FilePlaces {
  const starts: { readonly file: number; readonly row: number }[] = [];
  return {
    reached: (file, row) => {
      if (starts.at(-1)?.file !== file) starts.push({ file, row });
    },
    of: (row) => {
      const start = starts.findLast((one) => one.row <= row) ?? { file: 0, row: 0 };
      return { file: files[start.file]?.name ?? '', row: row - start.row };
    },
  };
}
