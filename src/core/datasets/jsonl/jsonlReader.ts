import type { Fragment } from '../../model/dataset.ts';
import { TrancheError } from '../../errors.ts';
import type { FormatReader } from '../formatReader.ts';
import { TEXT_OPTIONS, type TextOptions } from '../textFile/textOptions.ts';
import { openTextReader } from '../textFile/textReader.ts';
import { describeJsonl } from './describeJsonl.ts';
import { openJsonlFormat } from './jsonlFormat.ts';

/** JSON Lines with these sizes. */
export function jsonlReaderWith(options: TextOptions): FormatReader {
  return {
    describe: (source, file, env, signal) => describeJsonl(source, file, env, options, signal),
    fragments: async (dataset, index) => {
      const file = dataset.files[index];
      if (file === undefined) throw new TrancheError('internal', `There is no file ${index} in the dataset.`);
      const parts = file.compression === 'none' ? Math.round(file.sizeBytes / options.fragmentBytes) : 1;
      return evenParts(index, file.sizeBytes, Math.max(1, parts));
    },
    open: (dataset, columns, kernel, env) => openTextReader(dataset, columns, kernel, env, options, openJsonlFormat),
  };
}

/** JSON Lines: one object a line; plain files in fragments of about 32 MB, packed ones in one. */
export const jsonlReader: FormatReader = jsonlReaderWith(TEXT_OPTIONS);

function evenParts(file: number, sizeBytes: number, parts: number): Fragment[] {
  const cut = (index: number) => Math.floor((sizeBytes / parts) * index);
  return Array.from({ length: parts }, (_, index) => ({
    file,
    rows: null,
    part: { kind: 'bytes', from: cut(index), to: index === parts - 1 ? null : cut(index + 1) },
  }));
}
