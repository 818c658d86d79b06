import { createView } from './createView.ts';
import { gridHead } from './gridHead.ts';
import { createWindow } from './gridWindow.ts';
import { columnsInSight, type PlacedColumn } from './columnWindow.ts';
import { h, type Child } from './h.ts';

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

export interface GridColumn<Row> {
  readonly id: string;
  readonly title: string;
  /** Said of the title, where it is short. */
  readonly hint?: string;
  readonly minPx: number;
  /** Share of the room that is left; 0 keeps the column at its least width. */
  readonly grow: number;
  readonly right?: boolean;
  readonly cell: (row: Row) => Child;
  readonly tooltip?: (row: Row) => string | undefined;
  /** Null comes last in both directions. */
  readonly sortBy?: (row: Row) => number | string | null;
}

export interface GridProps<Row> {
  readonly label: string;
  readonly columns: readonly GridColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly sort: Sort | null;
  readonly selected: string | null;
}

export interface GridEvents {
  readonly onSort: (sort: Sort | null) => void;
  readonly onSelect: (key: string) => void;
  /** Enter on the selected row, or a double click. */
  readonly onOpen?: (key: string) => void;
  /** Called at rest after scrolling, with pixels from the first row. */
  readonly onScroll: (topPx: number) => void;
}

/** A table that draws the rows in sight only, however many there are. */
export interface Grid<Row> {
  readonly element: HTMLElement;
  readonly update: (props: GridProps<Row>) => void;
  readonly scrollTo: (topPx: number) => void;
  readonly reveal: (key: string) => void;
}

const ROW_PX = 28;
const HEAD_PX = 30;

const collator = new Intl.Collator('en', { numeric: true });

function compare(one: number | string | null, other: number | string | null, sign: number): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  if (typeof one === 'number' && typeof other === 'number') return sign * (one - other);
  return sign * collator.compare(String(one), String(other));
}

function sorted<Row>({ rows, columns, sort }: GridProps<Row>): readonly Row[] {
  const sortBy = columns.find(({ id }) => id === sort?.column)?.sortBy;
  if (sort === null || sortBy === undefined) return rows;
  const sign = sort.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, by: sortBy(row) }));
  return keyed.sort((one, other) => compare(one.by, other.by, sign)).map(({ row }) => row);
}

function tracksOf<Row>(columns: readonly GridColumn<Row>[]): Record<string, string> {
  const tracks = columns.map(({ minPx, grow }) => (grow === 0 ? `${minPx}px` : `minmax(${minPx}px, ${grow}fr)`));
  const least = columns.reduce((sum, { minPx }) => sum + minPx, 0);
  return { '--tracks': tracks.join(' '), '--least': `${least}px` };
}

function rowOf<Row>(
  props: GridProps<Row>,
  placed: readonly PlacedColumn<Row>[],
  row: Row,
  index: number,
  id: string,
  topPx: number,
): Child {
  const key = props.keyOf(row);
  const cells = placed.map(({ column: { cell, right, tooltip, id: column }, index: at, style }) => {
    const attributes = { role: 'gridcell', class: right === true ? 'cell right' : 'cell', 'aria-colindex': at + 1 };
    return h('div', { key: column, ...attributes, title: tooltip?.(row), ...(style && { style }) }, cell(row));
  });
  const attributes = {
    key,
    id,
    role: 'row',
    class: 'row',
    'aria-rowindex': index + 2,
    'aria-selected': key === props.selected ? 'true' : 'false',
    'data-index': index,
    style: { top: `${topPx}px` },
  };
  return h('div', attributes, cells);
}

function describe<Row>(element: HTMLElement, { label, rows, columns }: GridProps<Row>): void {
  const attributes = { 'aria-label': label, 'aria-rowcount': rows.length + 1, 'aria-colcount': columns.length };
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
  }
  for (const [name, value] of Object.entries(tracksOf(columns))) {
    if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
  }
}

/** Where a key takes the cursor; null for keys that mean nothing here. */
function targetOf(key: string, at: number, count: number, page: number): number | null {
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  return target === undefined ? null : Math.max(0, Math.min(count - 1, target));
}

/** The row an event happened in; -1 for none. */
function indexOf(target: EventTarget | null): number {
  const row = target instanceof Element ? target.closest('[data-index]') : null;
  return row === null ? -1 : Number(row.getAttribute('data-index'));
}

function createElement(maxRows: number, canOpen: boolean): HTMLElement {
  const element = document.createElement('div');
  element.className = 'grid';
  element.tabIndex = 0;
  element.setAttribute('role', 'grid');
  if (canOpen) element.setAttribute('aria-keyshortcuts', 'Enter');
  element.style.setProperty('max-height', `${HEAD_PX + maxRows * ROW_PX + 12}px`);
  return element;
}

/** What keys and clicks act on. */
interface Cursor {
  /** Position of the selected row; -1 without one. */
  readonly at: () => number;
  readonly count: () => number;
  readonly pageRows: () => number;
  readonly select: (index: number) => void;
  readonly open: (index: number) => void;
}

function listen(element: HTMLElement, { at, count, pageRows, select, open }: Cursor): void {
  element.addEventListener('keydown', (event) => {
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && !event.repeat) open(at());
    const target = targetOf(event.key, at(), count(), pageRows());
    if (target === null) return;
    event.preventDefault();
    select(target);
  });
  element.addEventListener('click', ({ target }) => select(indexOf(target)));
  element.addEventListener('dblclick', ({ target }) => open(indexOf(target)));
}

/** Makes a grid for at most `maxRows` rows of height; more are scrolled to. `id` is unique in the page. */
export function createGrid<Row>(id: string, maxRows: number, events: GridEvents): Grid<Row> {
  const element = createElement(maxRows, events.onOpen !== undefined);
  const view = createView(element);
  let props: GridProps<Row> = { label: '', columns: [], rows: [], keyOf: () => '', sort: null, selected: null };
  let rows: readonly Row[] = [];
  const rowId = (index: number): string => `${id}-${index}`;
  let at = -1;
  let leftPx = 0;

  const draw = (): void => {
    const { first, last, topOf, bodyPx } = scroll.sight(rows.length);
    const active = at >= first && at < last ? rowId(at) : null;
    if (active === null) element.removeAttribute('aria-activedescendant');
    else element.setAttribute('aria-activedescendant', active);
    const placed = columnsInSight(props.columns, leftPx);
    const shown = rows
      .slice(first, last)
      .map((row, i) => rowOf(props, placed, row, first + i, rowId(first + i), topOf(first + i)));
    view(
      gridHead(placed, props.sort, events.onSort),
      h('div', { key: 'body', role: 'rowgroup', class: 'body', style: { height: `${bodyPx}px` } }, shown),
    );
  };
  const scroll = createWindow(element, { rowPx: ROW_PX, headPx: HEAD_PX, onMove: draw, onRest: events.onScroll });

  element.addEventListener('scroll', () => {
    if (element.scrollLeft === leftPx) return;
    leftPx = element.scrollLeft;
    draw();
  });

  const select = (index: number): void => {
    const row = rows[index];
    if (row === undefined) return;
    scroll.reveal(index, rows.length);
    events.onSelect(props.keyOf(row));
  };
  const open = (index: number): void => {
    const row = rows[index];
    if (row !== undefined) events.onOpen?.(props.keyOf(row));
  };
  listen(element, { at: () => at, count: () => rows.length, pageRows: scroll.pageRows, select, open });
  return {
    element,
    update: (next) => {
      const isSameOrder = next.rows === props.rows && next.sort === props.sort && next.columns === props.columns;
      props = next;
      if (!isSameOrder) rows = sorted(next);
      at = next.selected === null ? -1 : rows.findIndex((row) => next.keyOf(row) === next.selected);
      describe(element, next);
      draw();
    },
    scrollTo: (topPx) => scroll.moveTo(topPx, rows.length),
    reveal: (key) => {
      const index = rows.findIndex((row) => props.keyOf(row) === key);
      if (index >= 0) scroll.reveal(index, rows.length);
    },
  };
}
