import type { GridColumn } from './grid.ts';

/** So many columns are drawn whether they are in sight or not. */
const FEW = 40;
/** Wider than any page, and what is drawn beyond it to either side. */
const SIGHT_PX = 1_400;
const MARGIN_PX = 300;

/** A column that is drawn, with its place among all. */
export interface PlacedColumn<Row> {
  readonly column: GridColumn<Row>;
  /** From 0. */
  readonly index: number;
  /** Puts a cell into its track where columns before it are left out. */
  readonly style: Readonly<Record<string, string>> | undefined;
}

/** The first column, which stays in sight, and those that are `leftPx` from there on; all of them where they are few. */
export function columnsInSight<Row>(columns: readonly GridColumn<Row>[], leftPx: number): readonly PlacedColumn<Row>[] {
  if (columns.length <= FEW) return columns.map((column, index) => ({ column, index, style: undefined }));
  const placed: PlacedColumn<Row>[] = [];
  let startPx = 0;
  for (const [index, column] of columns.entries()) {
    const isIn = startPx + column.minPx > leftPx - MARGIN_PX && startPx < leftPx + SIGHT_PX + MARGIN_PX;
    if (index === 0 || isIn) placed.push({ column, index, style: { 'grid-column': String(index + 1) } });
    startPx += column.minPx;
  }
  return placed;
}
