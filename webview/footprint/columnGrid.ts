import { figureText } from '../ui/figureText.ts';
import type { GridColumn } from '../ui/grid.ts';
import { h, type Child } from '../ui/h.ts';
import { sparkHistogram } from '../ui/histogram.ts';
import type { ColumnFootprint, Figure } from '../ui/shapes.ts';
import { bytesText, countText, shortCountText } from '../../src/protocol/numberTexts.ts';
import { FOOTPRINT } from './strings.ts';

const { columns: TEXTS } = FOOTPRINT;

interface FigureColumn {
  readonly id: string;
  readonly title: string;
  readonly hint?: string;
  readonly minPx: number;
  readonly figure: (column: ColumnFootprint) => Figure | null;
  readonly text: (value: number) => string;
  readonly tooltipText?: (value: number) => string;
}

/** Close together, since a table has many. */
const cellText = (figure: Figure, text: (value: number) => string): string =>
  figureText(figure, text).value.replace('~ ', '~');

function figureColumn({ figure, text, tooltipText, ...rest }: FigureColumn): GridColumn<ColumnFootprint> {
  return {
    ...rest,
    grow: 1,
    right: true,
    cell: (column) => {
      const known = figure(column);
      if (known === null) return null;
      const said = cellText(known, text);
      return known.known === 'unknown' ? h('span', { class: 'dim' }, said) : said;
    },
    tooltip: (column) => {
      const known = figure(column);
      return known === null ? undefined : figureText(known, tooltipText ?? text).label;
    },
    sortBy: (column) => {
      const known = figure(column);
      return known === null || known.known === 'unknown' ? null : known.value;
    },
  };
}

function nameCell({ name, used }: ColumnFootprint): Child {
  const mark = [
    h(
      'span',
      { key: 'mark', class: used === true ? 'used' : 'unused', 'aria-hidden': 'true' },
      used === true ? '●' : '○',
    ),
    h('span', { key: 'said', class: 'unseen' }, used === true ? TEXTS.isUsed : TEXTS.notUsed),
  ];
  return h(
    'div',
    { class: 'named' },
    used === null ? null : mark,
    h('span', { key: 'name', class: 'name', dir: 'auto' }, name),
  );
}

const isLowerBound = ({ known, value, low }: Figure): boolean => known === 'estimate' && value === low;

/** The largest text that was met in a sample is a lower bound, and is written so. */
const LARGEST: GridColumn<ColumnFootprint> = {
  ...figureColumn({ id: 'max', title: TEXTS.max, minPx: 84, figure: ({ text }) => text?.max ?? null, text: bytesText }),
  cell: ({ text }) => {
    if (text === null) return null;
    return isLowerBound(text.max) ? `≥${bytesText(text.max.low)}` : cellText(text.max, bytesText);
  },
  tooltip: ({ text }) => {
    if (text === null) return undefined;
    return isLowerBound(text.max) ? TEXTS.atLeast(bytesText(text.max.low)) : figureText(text.max, bytesText).label;
  },
};

/** What a column the request does not use puts into lines: nothing worth a figure. */
const inLines =
  (pick: (column: ColumnFootprint) => Figure) =>
  (column: ColumnFootprint): Figure | null =>
    column.used === false ? null : pick(column);

const isNothing = ({ known, value }: Figure): boolean => known === 'exact' && value === 0;

const SPREAD: GridColumn<ColumnFootprint> = {
  id: 'spread',
  title: TEXTS.spread,
  hint: TEXTS.spreadHint,
  minPx: 108,
  grow: 0,
  cell: ({ histogram, name }) => (histogram === null ? null : sparkHistogram(TEXTS.spreadOf(name), histogram)),
};

const ALL: readonly GridColumn<ColumnFootprint>[] = [
  {
    id: 'name',
    title: TEXTS.name,
    minPx: 128,
    grow: 5,
    cell: nameCell,
    tooltip: ({ name }) => name,
    sortBy: ({ name }) => name,
  },
  {
    id: 'type',
    title: TEXTS.type,
    minPx: 92,
    grow: 5,
    cell: ({ type }) => h('span', { class: 'dim' }, type),
    tooltip: ({ type }) => type,
    sortBy: ({ type }) => type,
  },
  figureColumn({ id: 'disk', title: TEXTS.disk, minPx: 84, figure: ({ disk }) => disk, text: bytesText }),
  figureColumn({ id: 'arrow', title: TEXTS.arrow, minPx: 84, figure: ({ arrow }) => arrow, text: bytesText }),
  figureColumn({
    id: 'rendered',
    title: TEXTS.lines,
    minPx: 84,
    figure: inLines(({ rendered }) => rendered),
    text: bytesText,
  }),
  figureColumn({
    id: 'tokens',
    title: TEXTS.tokens,
    minPx: 80,
    figure: inLines(({ tokens }) => tokens),
    text: shortCountText,
    tooltipText: countText,
  }),
  figureColumn({
    id: 'nulls',
    title: TEXTS.nulls,
    minPx: 74,
    figure: ({ nulls }) => (isNothing(nulls) ? null : nulls),
    text: shortCountText,
    tooltipText: countText,
  }),
  figureColumn({
    id: 'p50',
    title: TEXTS.p50,
    hint: TEXTS.p50Hint,
    minPx: 82,
    figure: ({ text }) => text?.p50 ?? null,
    text: bytesText,
  }),
  figureColumn({
    id: 'p99',
    title: TEXTS.p99,
    hint: TEXTS.p99Hint,
    minPx: 82,
    figure: ({ text }) => text?.p99 ?? null,
    text: bytesText,
  }),
  LARGEST,
  SPREAD,
];

/** The columns of the table of columns; those in which nothing would stand are left out. */
export function columnGridColumns(columns: readonly ColumnFootprint[]): readonly GridColumn<ColumnFootprint>[] {
  const isEmpty: Readonly<Record<string, boolean>> = {
    disk: columns.every(({ disk }) => disk.known === 'unknown'),
    nulls: columns.every(({ nulls }) => isNothing(nulls)),
    p50: columns.every(({ text }) => text === null),
    p99: columns.every(({ text }) => text === null),
    max: columns.every(({ text }) => text === null),
    spread: columns.every(({ histogram }) => histogram === null),
  };
  const isForJob = columns.some(({ used }) => used !== null);
  const shown = ALL.filter(({ id }) => isEmpty[id] !== true);
  return isForJob
    ? shown
    : shown.map((column) => (column.id === 'rendered' ? { ...column, title: TEXTS.text } : column));
}
