import type { RowsPageState } from '../../src/protocol/pageProtocol.ts';
import { createGrid, type GridColumn } from '../ui/grid.ts';
import { h, type Child } from '../ui/h.ts';
import type { Page, PageTools } from '../ui/runPage.ts';
import { rowReadout } from './rowReadout.ts';
import { rowsGrid, type NumberedRow } from './rowsGrid.ts';
import { rowsBars } from './rowsBars.ts';
import { rowsHeader, rowsText, type Table } from './rowsHeader.ts';
import type { RowsView } from './rowsView.ts';
import { runFaces } from './runFaces.ts';
import { ROWS } from './strings.ts';

const MOST_ROWS = 16;
/** The column of results that says how a row ended. */
const OUTCOME = 'status';

const keyOf = ({ at }: NumberedRow): string => String(at);

function saidOf({ state, table, error }: RowsPageState): readonly [state: string, progress: string] {
  switch (state) {
    case 'done':
      return [ROWS.said.done(table === null ? ROWS.none : rowsText(table)), ''];
    case 'failed':
      return [ROWS.said.failed(error?.message ?? ''), ''];
    default:
      return [ROWS.said[state], ''];
  }
}

/** What is made of a table once, however often it is drawn. */
interface Shown {
  readonly table: Table;
  readonly rows: readonly NumberedRow[];
  readonly columns: readonly GridColumn<NumberedRow>[];
  readonly outcomeColumn: number;
}

function shownOf(table: Table, isOfRun: boolean): Shown {
  const outcomeColumn = isOfRun ? table.columns.findIndex(({ name }) => name === OUTCOME) : -1;
  const rows = table.rows.map((values, at) => ({ at, values }));
  return { table, rows, columns: rowsGrid(table, outcomeColumn), outcomeColumn };
}

/** The rows page: the first rows of a table, and all of the one that is selected. */
export function createRowsPage({ act, keep }: PageTools<RowsView>): Page<RowsPageState, RowsView> {
  const grid = createGrid<NumberedRow>('rows', MOST_ROWS, {
    onSort: () => undefined,
    onSelect: (selected) => keep({ selected }),
    onScroll: (topPx) => keep({ topPx }),
  });
  let shown: Shown | null = null;

  const content = (table: Table, isOfRun: boolean, { selected }: RowsView): Child => {
    if (table.columns.length === 0) return h('p', { key: 'none', class: 'dim' }, ROWS.noColumns);
    if (shown?.table !== table) shown = shownOf(table, isOfRun);
    const { rows, columns, outcomeColumn } = shown;
    grid.update({ label: ROWS.grid.title, columns, rows, keyOf, sort: null, selected });
    return [
      h('div', { key: 'grid', class: 'framed rows-grid' }, grid.element),
      rowReadout(table, selected, outcomeColumn),
    ];
  };

  /** The face in front is kept with the page; a place in one table means nothing in the other. */
  const keepFace = ({ run }: RowsPageState, { face }: RowsView): void => {
    const next = run?.face ?? null;
    if (next === face) return;
    queueMicrotask(() => {
      if (face === null) return keep({ face: next });
      grid.scrollTo(0);
      keep({ face: next, selected: null, topPx: 0 });
    });
  };

  return {
    said: saidOf,
    restore: ({ topPx }) => grid.scrollTo(topPx),
    draw: (state, view) => {
      keepFace(state, view);
      const { table } = state;
      const isOld = state.state !== 'done';
      return [
        rowsHeader(state, act),
        runFaces(state, act),
        rowsBars(state, act),
        table === null
          ? null
          : h(
              'div',
              { key: 'content', class: isOld ? 'content old' : 'content' },
              content(table, state.run !== null, view),
            ),
      ];
    },
  };
}
