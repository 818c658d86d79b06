import { figureText } from './figureText.ts';
import { h, type VNode } from './h.ts';
import type { Figure, RowSizes, SizeHistogram } from './shapes.ts';
import { SHARED } from './strings.ts';
import { bytesText } from '../../src/protocol/numberTexts.ts';
import { roundBytesText } from './units.ts';

/** The least share of the height that a bucket with any value takes. */
const LEAST = 0.015;
/** Width of a mark's label, as a share of the width. */
const LABEL = 0.28;
/** From this share of the width on, labels stand left of their place. */
const RIGHT = 0.72;
const MOST_TICKS = 6;

interface Scale {
  readonly left: (bytes: number) => number;
  readonly fromBytes: number;
  readonly toBytes: number;
}

/** Log scale over all buckets, a doubling at least, with the buckets in its middle; an empty text stands left of one byte. */
function scaleOf({ buckets }: SizeHistogram): Scale {
  const [first, last] = [Math.max(0.5, buckets[0]?.from ?? 1), Math.max(1, buckets.at(-1)?.to ?? 2)];
  const margin = Math.max(1, Math.sqrt((2 * first) / last));
  const [fromBytes, toBytes] = [first / margin, last * margin];
  const width = Math.log(toBytes / fromBytes);
  return { left: (bytes) => Math.log(Math.max(fromBytes, bytes) / fromBytes) / width, fromBytes, toBytes };
}

function barsPath(histogram: SizeHistogram, { left }: Scale, gap: number): string {
  const most = Math.max(1, ...histogram.buckets.map(({ count }) => count));
  const bars = histogram.buckets.map(({ from, to, count }) => {
    if (count <= 0) return '';
    const [x0, x1] = [1000 * left(from), 1000 * left(to)];
    const height = 100 * Math.max(LEAST, count / most);
    const width = Math.max(1, x1 - x0 - gap);
    return `M${x0.toFixed(1)} 100v${(-height).toFixed(2)}h${width.toFixed(1)}v${height.toFixed(2)}z`;
  });
  return bars.join('');
}

const svgBars = (histogram: SizeHistogram, scale: Scale, gap: number): VNode =>
  h(
    'svg',
    { viewBox: '0 0 1000 100', preserveAspectRatio: 'none', 'aria-hidden': 'true', focusable: 'false' },
    h('path', { class: 'plain-bars', d: barsPath(histogram, scale, gap) }),
  );

/** Powers of ten inside the scale, and round numbers between them where it is short. */
function ticksOf({ fromBytes, toBytes }: Scale): number[] {
  const range = toBytes / fromBytes;
  const steps = range > 100 ? [1] : range > 5 ? [1, 2, 5] : [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(fromBytes)); 10 ** power <= toBytes; power++)
    ticks.push(...steps.map((step) => step * 10 ** power));
  const inside = ticks.filter((tick) => tick >= Math.max(1, fromBytes) && tick <= toBytes);
  const each = Math.ceil(inside.length / MOST_TICKS);
  return inside.filter((_, index) => index % each === 0);
}

const percent = (share: number): string => `${(100 * Math.min(1, share)).toFixed(2)}%`;

function tickAt(bytes: number, { left }: Scale): VNode {
  const at = left(bytes);
  const side = at < 0.04 ? 'first' : at > 0.955 ? 'last' : null;
  return h('span', { key: String(bytes), class: side, style: { left: percent(at) } }, roundBytesText(bytes));
}

function markAt(name: string, figure: Figure, { left }: Scale, isLow: boolean): VNode | null {
  if (figure.known === 'unknown') return null;
  const at = left(figure.value);
  const { value, label } = figureText(figure, bytesText);
  const classes = ['quantile', ...(at > RIGHT ? ['leftwards'] : []), ...(isLow ? ['low'] : [])];
  return h('div', { key: name, class: classes.join(' '), style: { left: percent(at) }, title: label }, [
    h('span', {}, `${name} ${value}`),
  ]);
}

/** Whether the labels of two marks would lie over each other. */
function isCrowded(scale: Scale, { p50, p99 }: RowSizes): boolean {
  const spans = [p50, p99].map(({ value }) => {
    const at = scale.left(value);
    return at > RIGHT ? ([at - LABEL, at] as const) : ([at, at + LABEL] as const);
  });
  const [[, end] = [0, 0], [start] = [0, 0]] = spans;
  return start < end;
}

/** One sentence that says what the drawing of row sizes shows. */
function rowSizesLabel(what: string, { p50, p99, max }: RowSizes): string {
  const said = (figure: Figure): string => figureText(figure, bytesText).label;
  return SHARED.rowSizes(what, said(p50), said(p99), said(max));
}

/** How sizes are spread, on a log scale, with marks at the middle and near the top. */
export function histogramChart(what: string, sizes: RowSizes): VNode {
  const scale = scaleOf(sizes);
  const { p50, p99 } = sizes;
  const isLow = isCrowded(scale, sizes);
  return h(
    'div',
    { key: 'histogram', class: 'histogram', role: 'img', 'aria-label': rowSizesLabel(what, sizes) },
    h(
      'div',
      { class: isLow ? 'plot crowded' : 'plot' },
      svgBars(sizes, scale, 3),
      markAt(SHARED.quantiles.p50, p50, scale, false),
      markAt(SHARED.quantiles.p99, p99, scale, isLow),
    ),
    h(
      'div',
      { class: 'ticks' },
      ticksOf(scale).map((bytes) => tickAt(bytes, scale)),
    ),
  );
}

/** The same as a line's worth of bars, for a cell; the cells beside it say its figures. */
export function sparkHistogram(what: string, histogram: SizeHistogram): VNode {
  return h('div', { class: 'spark', role: 'img', 'aria-label': what }, svgBars(histogram, scaleOf(histogram), 4));
}
