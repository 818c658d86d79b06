import type { FormatReader } from '../formatReader.ts';

export const arrowReader: FormatReader = {
  describe: () => Promise.reject(new Error('not yet')),
  fragments: () => Promise.reject(new Error('not yet')),
  open: () => {
    throw new Error('not yet');
  },
};
