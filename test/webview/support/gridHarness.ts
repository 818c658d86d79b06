import { createGrid } from '../../../webview/ui/grid.ts';

/** A grid of `count` made-up rows that holds itself: for what no page has enough rows for. */
function openGrid(count: number): void {
  const rows = Array.from({ length: count }, (_, index) => index);
  let selected: string | null = null;
  const draw = (): void =>
    grid.update({
      label: 'Numbers',
      columns: [
        { id: 'number', title: 'Number', minPx: 100, grow: 1, cell: (row) => row, sortBy: (row) => row },
        { id: 'double', title: 'Double', minPx: 100, grow: 1, right: true, cell: (row) => 2 * row },
      ],
      rows,
      keyOf: String,
      sort: null,
      selected,
    });
  const grid = createGrid<number>('numbers', 12, {
    onSort: () => undefined,
    onSelect: (key) => {
      selected = key;
      draw();
    },
    onScroll: () => undefined,
  });
  document.getElementById('root')?.append(grid.element);
  draw();
}

Object.assign(window, { openGrid });
