import type { PlacedColumn } from './columnWindow.ts';
import type { GridColumn, Sort } from './grid.ts';
import { h, type VNode } from './h.ts';

/** A click sorts, numbers from the largest on; the next turns the order round, the third takes it away. */
function nextSort<Row>(column: GridColumn<Row>, sort: Sort | null): Sort | null {
  const firstDescending = column.right === true;
  if (sort?.column !== column.id) return { column: column.id, descending: firstDescending };
  return sort.descending === firstDescending ? { column: column.id, descending: !firstDescending } : null;
}

/** Left and right go from title to title, so that the head is one stop for the Tab key. */
function goAlong(event: Event): void {
  if (!(event instanceof KeyboardEvent) || !(event.currentTarget instanceof Element)) return;
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  const titles = [...event.currentTarget.querySelectorAll('button')];
  const at = titles.findIndex((title) => title === document.activeElement);
  const next = titles[at + step];
  if (next === undefined) return;
  event.preventDefault();
  for (const title of titles) title.tabIndex = title === next ? 0 : -1;
  next.focus();
}

function titleOf<Row>(
  { column, index, style }: PlacedColumn<Row>,
  isFirst: boolean,
  sort: Sort | null,
  onSort: (sort: Sort | null) => void,
): VNode {
  const order = sort?.column === column.id ? (sort.descending ? 'descending' : 'ascending') : 'none';
  const attributes = {
    key: column.id,
    role: 'columnheader',
    class: column.right === true ? 'cell right' : 'cell',
    'aria-sort': column.sortBy === undefined ? null : order,
    'aria-colindex': index + 1,
    title: column.hint,
    ...(style && { style }),
  };
  if (column.sortBy === undefined) return h('div', attributes, column.title);
  const arrow =
    order === 'none' ? null : h('span', { 'aria-hidden': 'true', class: 'arrow' }, order === 'descending' ? '↓' : '↑');
  const on = { click: () => onSort(nextSort(column, sort)) };
  return h('div', attributes, h('button', { type: 'button', tabindex: isFirst ? 0 : -1, on }, column.title, arrow));
}

/** The titles of a grid. */
export function gridHead<Row>(
  columns: readonly PlacedColumn<Row>[],
  sort: Sort | null,
  onSort: (sort: Sort | null) => void,
): VNode {
  const firstSortable = columns.find(({ column }) => column.sortBy !== undefined);
  const titles = columns.map((column) => titleOf(column, column === firstSortable, sort, onSort));
  return h(
    'div',
    { key: 'head', role: 'rowgroup', class: 'head' },
    h('div', { role: 'row', class: 'row', 'aria-rowindex': 1, on: { keydown: goAlong } }, titles),
  );
}
