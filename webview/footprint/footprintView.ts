import type { Sort } from '../ui/grid.ts';
import { keptFlag, keptNumber, keptSort, keptText } from '../ui/readKept.ts';

/** What a person did to the page, kept over reloads. */
export interface FootprintView {
  readonly sort: Sort | null;
  /** Name of the selected column. */
  readonly selected: string | null;
  readonly topPx: number;
  readonly showsRules: boolean;
  readonly pageTopPx: number;
}

export function keptFootprintView(kept: unknown): FootprintView {
  return {
    sort: keptSort(kept, 'sort'),
    selected: keptText(kept, 'selected'),
    topPx: keptNumber(kept, 'topPx'),
    showsRules: keptFlag(kept, 'showsRules'),
    pageTopPx: keptNumber(kept, 'pageTopPx'),
  };
}
