import type { GridColumn } from '../ui/grid.ts';
import { h } from '../ui/h.ts';
import type { NotPlanned } from '../ui/shapes.ts';
import { countText } from '../../src/protocol/numberTexts.ts';
import { PLAN } from './strings.ts';

const keyText = ({ key }: NotPlanned): string => key.join(', ');

/** The columns of the list of rows that get no line. */
export const NOT_PLANNED_COLUMNS: readonly GridColumn<NotPlanned>[] = [
  {
    id: 'row',
    title: PLAN.without.row,
    minPx: 92,
    grow: 0,
    cell: ({ row }) => countText(row + 1),
    sortBy: ({ row }) => row,
  },
  {
    id: 'key',
    title: PLAN.without.key,
    minPx: 140,
    grow: 2,
    cell: (row) => h('bdi', {}, keyText(row)),
    tooltip: keyText,
    sortBy: keyText,
  },
  {
    id: 'reason',
    title: PLAN.without.reason,
    minPx: 142,
    grow: 1,
    cell: ({ reason }) => PLAN.without.short[reason],
    sortBy: ({ reason }) => PLAN.without.short[reason],
  },
  {
    id: 'detail',
    title: PLAN.without.detail,
    minPx: 260,
    grow: 6,
    cell: ({ detail }) => detail,
    tooltip: ({ detail }) => detail,
  },
];
