import type { Figure } from '../../core/model/figure.ts';
import type { ColumnFootprint, Footprint } from '../../core/profile/footprint.ts';
import { plain } from './plain.ts';
import { tableText, widthOf } from './table.ts';
import { bytesText, countText, usdText } from '../../protocol/numberTexts.ts';
import { figureText } from './units.ts';

const FORMATS = { parquet: 'Parquet', arrow: 'Arrow', csv: 'CSV', jsonl: 'JSON Lines' } as const;
/** Longer names and types are cut in the table. */
const NAME_WIDTH = 28;
const TYPE_WIDTH = 22;
const NONE = '-';
/** So many of the largest rows are listed. */
const LISTED_ROWS = 5;
/** Longer keys and file names are cut. */
const KEY_WIDTH = 40;

/** `16.8 M`: three significant digits. */
function shortCount(count: number): string {
  if (count < 9999.5) return countText(count);
  return bytesText(count).replace('kB', 'k').replace(/B$/, '').replace('G', 'bn').replace('T', 'tn').trim();
}

/** Cuts to a width, counting wide characters as two. */
function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  for (const char of text) {
    if (widthOf(kept + char) > width - 1) break;
    kept += char;
  }
  return `${kept}…`;
}

function cell(figure: Figure, text: (value: number) => string): string {
  if (figure.known === 'unknown') return NONE;
  return figure.known === 'exact' ? text(figure.value) : `~${text(figure.value)}`;
}

/** A largest value that was only seen in a sample is a lower bound. */
function largest(figure: Figure): string {
  if (figure.known === 'estimate' && figure.value === figure.low) return `≥${bytesText(figure.low)}`;
  return cell(figure, bytesText);
}

function columnRow(column: ColumnFootprint): string[] {
  const { name, type, nulls, disk, arrow, rendered, tokens, text, used } = column;
  return [
    `${used === true ? '* ' : ''}${cut(plain(name), NAME_WIDTH)}`,
    cut(plain(type), TYPE_WIDTH),
    nulls.known === 'exact' && nulls.value === 0 ? NONE : cell(nulls, shortCount),
    cell(disk, bytesText),
    cell(arrow, bytesText),
    used === false ? NONE : cell(rendered, bytesText),
    used === false ? NONE : cell(tokens, shortCount),
    text ? cell(text.p50, bytesText) : '',
    text ? cell(text.p99, bytesText) : '',
    text ? largest(text.max) : '',
  ];
}

function columnTable(columns: readonly ColumnFootprint[]): string {
  const titles = ['Nulls', 'On disk', 'Arrow', 'As lines', 'Tokens', 'p50', 'p99', 'Largest'];
  const heads = [{ title: 'Column' }, { title: 'Type' }, ...titles.map((title) => ({ title, right: true }))];
  const rows = columns.map(columnRow);
  // A column of the table in which nothing stands is left out: bytes on disk of text files, nulls where there are none.
  const kept = heads.flatMap((_, index) =>
    rows.some((row) => row[index] !== '' && row[index] !== NONE) || index < 2 ? [index] : [],
  );
  return tableText(
    kept.flatMap((index) => heads[index] ?? []),
    rows.map((row) => kept.map((index) => row[index] ?? '')),
  );
}

function largestRows({ largestRows: rows, stage, files }: Footprint): string {
  const heads = [
    { title: stage === 'exact' ? 'Largest rows' : 'Largest rows read', right: true },
    { title: 'Row', right: true },
    ...(files > 1 ? [{ title: 'File' }] : []),
    { title: 'Key' },
  ];
  const cells = rows
    .slice(0, LISTED_ROWS)
    .map(({ key, file, row, bytes }) => [
      bytesText(bytes),
      row === null ? NONE : countText(row + 1),
      ...(files > 1 ? [cut(plain(file), KEY_WIDTH)] : []),
      key === null ? NONE : cut(plain(key.join(', ')), KEY_WIDTH),
    ]);
  const kept = heads.flatMap((_, index) => (cells.some((row) => row[index] !== NONE) ? [index] : []));
  return tableText(
    kept.flatMap((index) => heads[index] ?? []),
    cells.map((row) => kept.map((index) => row[index] ?? '')),
  );
}

/** How a figure is known, in words. */
function how({ known }: Figure, stage: Footprint['stage']): string {
  if (known === 'exact') return 'exact';
  if (known === 'unknown') return stage === 'metadata' ? 'not known before reading' : 'unknown';
  return stage === 'metadata' ? 'from metadata' : stage === 'sample' ? 'from a sample' : 'estimate';
}

function spark(figure: Figure): string {
  if (figure.known !== 'estimate') return figureText(figure, bytesText);
  return `at most ~ ${bytesText(figure.high)}`;
}

function costText({ request, cost }: Footprint): string {
  if (request === null || cost.known === 'unknown') return 'unknown';
  return `at most ${usdText(cost.high)}`;
}

function costHow({ request, cost, stage }: Footprint): string {
  if (request === null) return 'name a job with --job';
  const { pricesAsOf } = request.cost;
  const prices = pricesAsOf === null ? '' : `, prices as of ${pricesAsOf}`;
  return `${how(cost, stage)}${prices}`;
}

function cards(footprint: Footprint): string {
  const { bytes, tokens, stage, request, columns } = footprint;
  const forJob = columns.some(({ used }) => used !== null);
  const card = (title: string, figure: Figure, note = ''): string[] => [
    title,
    figureText(figure, bytesText),
    note === '' || figure.known === 'unknown' ? how(figure, stage) : `${how(figure, stage)}; ${note}`,
  ];
  const lines = request
    ? `${figureText(request.requests, countText)} requests of ${plain(request.job)}`
    : 'all columns as text';
  const perRow = rowSizeText(footprint);
  const rows = [
    card('On disk', bytes.disk),
    card('In memory (Arrow)', bytes.arrow),
    card('In pandas', bytes.pandas, `with pandas 3 strings ${figureText(bytes.pandasArrow, bytesText)}`),
    ['In a Spark cache', spark(bytes.spark), how(bytes.spark, stage)],
    card('As batch lines', bytes.rendered, lines),
    ...(perRow === '' ? [] : [['', '', `a row: ${perRow}`]]),
    [
      'Tokens',
      figureText(tokens, tokens.known === 'exact' ? countText : shortCount),
      forJob ? how(tokens, stage) : `${how(tokens, stage)}; o200k_base`,
    ],
    ['Cost', costText(footprint), costHow(footprint)],
  ];
  const widths = [0, 1].map((index) => Math.max(...rows.map((row) => widthOf(row[index] ?? ''))));
  const pad = (text: string, width = 0): string => text + ' '.repeat(width - widthOf(text));
  return rows
    .map(([title = '', value = '', note = '']) =>
      `  ${pad(title, widths[0])}  ${pad(value, widths[1])}  ${note}`.trimEnd(),
    )
    .join('\n');
}

/** `p50 188 B, p99 1.86 kB`, where rows were read. */
function rowSizeText({ rowSizes }: Footprint): string {
  if (rowSizes === null || rowSizes.p50.known === 'unknown') return '';
  return `p50 ${cell(rowSizes.p50, bytesText)}, p99 ${cell(rowSizes.p99, bytesText)}, largest ${largest(rowSizes.max)}`;
}

/** `read 1.9 MB of 4.1 GB in 0.8 s`. */
function readText({ read, bytes }: Footprint): string {
  const seconds = read.seconds < 10 ? read.seconds.toFixed(1) : read.seconds.toFixed(0);
  return `read ${bytesText(read.bytes)} of ${bytesText(bytes.disk.value)} in ${seconds} s`;
}

/** Words into lines of at most `width` columns. */
function wrapped(raw: string, indent: string, width: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of plain(raw).split(' ')) {
    if (line !== '' && widthOf(indent) + widthOf(`${line} ${word}`) > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => indent + one).join('\n');
}

const countColumns = ({ columns }: Footprint): string =>
  columns.length === 1 ? '1 column' : `${countText(columns.length)} columns`;

/** The first lines: what it is and what it weighs. */
export function footprintSummary(footprint: Footprint): string {
  const { uri, format, files, rows } = footprint;
  const count = files === 1 ? '1 file' : `${countText(files)} files`;
  const rowCount =
    rows.known === 'unknown'
      ? 'rows not known yet'
      : `${figureText(rows, countText)} rows`.replace(/( ±.*) rows$/, ' rows$1');
  return [
    plain(uri),
    `${FORMATS[format]}, ${count}, ${rowCount}, ${countColumns(footprint)}; ${readText(footprint)}`,
    '',
    cards(footprint),
  ].join('\n');
}

/** The footprint as people read it, for a terminal of `width` columns. */
export function footprintText(footprint: Footprint, width: number): string {
  const { columns, rules, warnings } = footprint;
  const hasRows = footprint.largestRows.length > 0;
  const marked = columns.some(({ used }) => used === true) ? ['  * used by the request'] : [];
  return [
    footprintSummary(footprint),
    '',
    ...(columns.length > 0 ? [columnTable(columns), ...marked, ''] : []),
    ...(hasRows ? [largestRows(footprint), ''] : []),
    ...rules.map(({ text }) => wrapped(text, '  ', width)),
    ...warnings.map((warning) => wrapped(`Note: ${warning}`, '  ', width)),
  ].join('\n');
}
