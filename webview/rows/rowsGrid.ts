import type { GridColumn } from '../ui/grid.ts';
import { h } from '../ui/h.ts';
import { countText } from '../../src/protocol/numberTexts.ts';
import { cellText } from './cellText.ts';
import type { Table } from './rowsHeader.ts';
import { ROWS } from './strings.ts';

/** A row with its number from 0. */
export interface NumberedRow {
  readonly at: number;
  readonly values: readonly (string | null)[];
}

const NUMBERS = /^(u?int\d*|float\d*|decimal.*)$/;
const PX_A_CHAR = 7.8;
const CELL_PADDING_PX = 18;
const LEAST_PX = 64;
const MOST_PX = 340;
/** Rows whose texts decide how wide a column is. */
const WIDTH_ROWS = 100;

function widthPx({ columns, rows }: Table, index: number): number {
  const chars = rows.slice(0, WIDTH_ROWS).map((values) => values[index]?.length || ROWS.grid.emptyText.length);
  const most = chars.reduce((a, b) => Math.max(a, b), columns[index]?.name.length ?? 0);
  return Math.round(Math.max(LEAST_PX, Math.min(MOST_PX, most * PX_A_CHAR + CELL_PADDING_PX)));
}

function numberColumn({ rows }: Table): GridColumn<NumberedRow> {
  return {
    id: '#',
    title: ROWS.grid.row,
    minPx: Math.round(countText(rows.length).length * PX_A_CHAR + 2 * CELL_PADDING_PX),
    grow: 0,
    right: true,
    cell: ({ at }) => h('span', { class: 'dim' }, countText(at + 1)),
  };
}

/** The columns of a table behind the numbers of its rows, as wide as their first texts; the widest take the room that is left. */
export function rowsGrid(table: Table, outcomeColumn: number): readonly GridColumn<NumberedRow>[] {
  const own = table.columns.map(({ name, type }, index): GridColumn<NumberedRow> => {
    const minPx = widthPx(table, index) + (index === outcomeColumn ? CELL_PADDING_PX : 0);
    return {
      id: String(index),
      title: name,
      hint: `${name}: ${type}`,
      minPx,
      grow: minPx === MOST_PX ? 1 : 0,
      right: NUMBERS.test(type),
      cell: ({ values }) => cellText(values[index], index === outcomeColumn),
    };
  });
  return [numberColumn(table), ...own];
}
