import type { ProfileSnapshot } from '../core/pipeline/profiling.ts';
import type { RowCounts } from '../core/model/outcome.ts';
import type { PlannedJob, TableRows, WireError } from './engineProtocol.ts';

/** What the footprint page shows: a pure function of this draws it. */
export interface FootprintPageState {
  readonly page: 'footprint';
  /** Last part of the path, and where it lies, for people. */
  readonly title: string;
  readonly where: string;
  /** `changed`: the data on disk are no longer those that were read. */
  readonly state: 'reading' | 'done' | 'changed' | 'cancelled' | 'failed';
  readonly snapshot: ProfileSnapshot | null;
  readonly error: WireError | null;
  /** The job whose request is weighed as well; null without one. */
  readonly jobName: string | null;
}

/** What the plan page shows. */
export interface PlanPageState {
  readonly page: 'plan';
  readonly title: string;
  /** `stale`: the job or its data changed since; the plan shown is the one before. */
  readonly state: 'planning' | 'planned' | 'stale' | 'cancelled' | 'failed';
  readonly measuredRows: number;
  readonly planned: PlannedJob | null;
  readonly error: WireError | null;
  /** False in a workspace that is not trusted: nothing can be sent from it. */
  readonly mayRun: boolean;
  /** What goes on beside the plan (files being written, a run being begun), and whether `cancel` stops it. */
  readonly doing: { readonly text: string; readonly canCancel: boolean } | null;
}

/** The two tables of a run that has ended. */
export type ResultsFace = 'results' | 'failures';

/** The run whose results a page of rows shows. */
export interface RowsOfRun {
  readonly jobName: string;
  /** Which table is shown. */
  readonly face: ResultsFace;
  /** There is a table of rows that are not ok. */
  readonly hasFailures: boolean;
  /** Of the whole dataset; null where they are not known. */
  readonly counts: RowCounts | null;
}

/** What the rows page shows: the first rows of a table. */
export interface RowsPageState {
  readonly page: 'rows';
  /** Last part of the table's path, and where it lies, for people. */
  readonly title: string;
  readonly where: string;
  /** `changed`: the table on disk is no longer the one that was read. */
  readonly state: 'reading' | 'done' | 'changed' | 'failed';
  /** Rows that were read, those from before while it is read again; null before and where none could be. */
  readonly table: TableRows | null;
  readonly error: WireError | null;
  /** Null for a table that is not known as a run's results. */
  readonly run: RowsOfRun | null;
}

/** What a page shows. */
export type PageState = FootprintPageState | PlanPageState | RowsPageState;

/** What a page asks its host to do; the host answers by another state. */
export type PageAction =
  | { readonly do: 'cancel' }
  | { readonly do: 'again' }
  | { readonly do: 'exact' }
  | { readonly do: 'planJob' }
  /** The footprint of the table whose rows are shown, and the other way round. */
  | { readonly do: 'profile' }
  | { readonly do: 'rows' }
  | { readonly do: 'showResults' }
  | { readonly do: 'showFailures' }
  | { readonly do: 'reveal' }
  | { readonly do: 'openJob' }
  | { readonly do: 'writeFiles' }
  /** The first lines of the chunk of that number. */
  | { readonly do: 'preview'; readonly chunk: number }
  | { readonly do: 'rehearse' }
  | { readonly do: 'run' }
  | { readonly do: 'showLog' };

/** Every request of a page to its host. */
export interface PageRequests {
  /** The page is there: the newest state, and from then on `state` events. `seq` counts what was sent to this page. */
  readonly ready: { readonly params: object; readonly result: { readonly seq: number; readonly state: PageState } };
  readonly act: { readonly params: PageAction; readonly result: null };
}

/** What a host tells its page; a gap in `seq` makes the page ask `ready` again. */
export interface PageEvents {
  readonly state: { readonly seq: number; readonly state: PageState };
}
