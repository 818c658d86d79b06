import type { PlannedJob } from '../../src/protocol/engineProtocol.ts';
import type { Child } from '../ui/h.ts';
import type { PageTools } from '../ui/runPage.ts';
import { keptFlag, keptNumber, keptSort, keptText } from '../ui/readKept.ts';
import type { Sort } from '../ui/grid.ts';

/** What a person did to the page, kept over reloads. */
export interface PlanView {
  readonly sort: Sort | null;
  /** Number of the selected chunk. */
  readonly selected: string | null;
  readonly topPx: number;
  readonly showsRows: boolean;
  readonly rowsSort: Sort | null;
  readonly rowsSelected: string | null;
  readonly rowsTopPx: number;
  readonly showsCost: boolean;
  readonly pageTopPx: number;
}

export function keptPlanView(kept: unknown): PlanView {
  return {
    sort: keptSort(kept, 'sort'),
    selected: keptText(kept, 'selected'),
    topPx: keptNumber(kept, 'topPx'),
    showsRows: keptFlag(kept, 'showsRows'),
    rowsSort: keptSort(kept, 'rowsSort'),
    rowsSelected: keptText(kept, 'rowsSelected'),
    rowsTopPx: keptNumber(kept, 'rowsTopPx'),
    showsCost: keptFlag(kept, 'showsCost'),
    pageTopPx: keptNumber(kept, 'pageTopPx'),
  };
}

export type PlanTools = PageTools<PlanView>;

/** A part of the page with a life of its own. */
export interface PlanPart {
  readonly draw: (planned: PlannedJob, view: PlanView) => Child;
  readonly restore: (view: PlanView) => void;
}
