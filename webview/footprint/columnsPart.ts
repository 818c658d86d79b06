import { createGrid, type GridColumn } from '../ui/grid.ts';
import { h, type Child } from '../ui/h.ts';
import type { PageTools } from '../ui/runPage.ts';
import { section } from '../ui/section.ts';
import type { ColumnFootprint, Footprint } from '../ui/shapes.ts';
import { countText } from '../../src/protocol/numberTexts.ts';
import { columnGridColumns } from './columnGrid.ts';
import { columnReadout } from './columnReadout.ts';
import type { FootprintView } from './footprintView.ts';
import { FOOTPRINT } from './strings.ts';

const MOST_ROWS = 14;
const { columns: TEXTS } = FOOTPRINT;

export interface ColumnsPart {
  readonly draw: (footprint: Footprint, view: FootprintView) => Child;
  readonly restore: (view: FootprintView) => void;
}

const keyOf = ({ name }: ColumnFootprint): string => name;

/** The table of the dataset's columns. */
export function createColumnsPart({ keep }: PageTools<FootprintView>): ColumnsPart {
  const grid = createGrid<ColumnFootprint>('columns', MOST_ROWS, {
    onSort: (sort) => keep({ sort }),
    onSelect: (selected) => keep({ selected }),
    onScroll: (topPx) => keep({ topPx }),
  });
  let titles: readonly GridColumn<ColumnFootprint>[] = [];
  return {
    restore: ({ topPx }) => grid.scrollTo(topPx),
    draw: ({ columns: rows }, { sort, selected }) => {
      const marked = rows.some(({ used }) => used !== null) ? [TEXTS.used] : [];
      const note = [countText(rows.length), ...marked, TEXTS.note].join(' · ');
      if (rows.length === 0) return section({ id: 'columns', title: TEXTS.title, note }, FOOTPRINT.noColumns);
      const next = columnGridColumns(rows);
      if (next.some(({ title }, index) => title !== titles[index]?.title) || next.length !== titles.length)
        titles = next;
      grid.update({ label: TEXTS.title, columns: titles, rows, keyOf, sort, selected });
      return section(
        { id: 'columns', title: TEXTS.title, note },
        h('div', { key: 'grid', class: 'framed' }, grid.element),
        columnReadout(rows.find(({ name }) => name === selected)),
      );
    },
  };
}
