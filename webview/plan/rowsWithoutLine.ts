import { linkButton } from '../ui/controls.ts';
import { createGrid } from '../ui/grid.ts';
import { h, type Child } from '../ui/h.ts';
import { messageBar } from '../ui/messageBar.ts';
import type { NotPlanned, Plan } from '../ui/shapes.ts';
import { countText } from '../../src/protocol/numberTexts.ts';
import { NOT_PLANNED_COLUMNS } from './notPlannedGrid.ts';
import type { PlanPart, PlanTools } from './planView.ts';
import { PLAN } from './strings.ts';

const MOST_ROWS = 10;

function sentence({ notPlanned, notPlannedRows }: Plan): Child {
  const reasons = (['oversized', 'tokens', 'null'] as const).flatMap((reason) => {
    const count = notPlanned.filter((row) => row.reason === reason).length;
    return count === 0 ? [] : `${countText(count)} ${PLAN.without.reasons[reason]}`;
  });
  const isPart = notPlanned.length < notPlannedRows;
  const from = isPart ? `; ${PLAN.without.first(notPlanned.length)}: ` : ': ';
  return [h('b', {}, PLAN.without.bar(notPlannedRows)), from, reasons.join(', '), '.'];
}

/** The rows that get no line: a sentence, and their list once a person asks. */
export function createRowsWithoutLine({ keep }: PlanTools): PlanPart {
  const grid = createGrid<NotPlanned>('without', MOST_ROWS, {
    onSort: (rowsSort) => keep({ rowsSort }),
    onSelect: (rowsSelected) => keep({ rowsSelected }),
    onScroll: (rowsTopPx) => keep({ rowsTopPx }),
  });
  return {
    restore: ({ rowsTopPx }) => grid.scrollTo(rowsTopPx),
    draw: ({ plan }, { showsRows, rowsSort, rowsSelected }) => {
      if (plan.notPlannedRows === 0) return null;
      const toggle = linkButton({
        key: 'showRows',
        text: showsRows ? PLAN.without.hide : PLAN.without.show,
        isExpanded: showsRows,
        onPress: () => keep({ showsRows: !showsRows }),
      });
      const bar = messageBar({ key: 'without', kind: 'warning', text: sentence(plan), actions: toggle });
      if (!showsRows) return bar;
      grid.update({
        label: PLAN.without.title,
        columns: NOT_PLANNED_COLUMNS,
        rows: plan.notPlanned,
        keyOf: ({ row }) => String(row),
        sort: rowsSort,
        selected: rowsSelected,
      });
      return [bar, h('div', { key: 'without-rows', class: 'framed' }, grid.element)];
    },
  };
}
