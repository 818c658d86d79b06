import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TrancheError } from '../core/errors.ts';

/** A dataset as a person or an editor names it: paths and globs start at the working folder, `s3://...` and its like stay as they are. */
export function datasetUri(named: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(named)) return path.resolve(named);
  if (!/^file:/i.test(named)) return named;
  try {
    return fileURLToPath(named);
  } catch (error) {
    throw new TrancheError('usage', `${named} names no local file; write file:///folder/file or a plain path.`, error);
  }
}
