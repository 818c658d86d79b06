import type { ColumnPath } from '../model/columnType.ts';
import type { ScanSetup } from './scanSetup.ts';

/** The columns a setup reads, each once, and where its parts find them. */
export interface ScanColumns {
  readonly paths: readonly ColumnPath[];
  readonly key: readonly number[];
  readonly used: readonly number[];
  readonly carried: readonly number[];
}

/** Lists a setup's columns without repetition: key, template, carried. */
export function scanColumns(setup: Pick<ScanSetup, 'key' | 'template' | 'carried' | 'mode' | 'keep'>): ScanColumns {
  const paths: ColumnPath[] = [];
  const indexes = new Map<string, number>();
  const place = (path: ColumnPath): number => {
    const name = JSON.stringify(path);
    const index = indexes.get(name) ?? paths.push(path) - 1;
    indexes.set(name, index);
    return index;
  };
  return {
    key: setup.key.map(place),
    used: setup.mode === 'find' ? [] : setup.template.columns.map(place),
    carried: setup.keep ? setup.carried.map(place) : [],
    paths,
  };
}
