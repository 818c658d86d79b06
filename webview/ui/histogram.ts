import { h, type VNode } from './h.ts';
import { quantile } from './quantile.ts';
import type { SizeHistogram } from './shapes.ts';
import { bytesText } from './units.ts';

/** The smallest share of the height that a bucket with any value takes. */
const LEAST = 0.012;
/** How near the labels of marks may stand before the second goes below the first, as a share of the width. */
const NEAR = 0.2;

interface Scale {
  readonly left: (bytes: number) => number;
  readonly fromBytes: number;
  readonly toBytes: number;
}

/** Log scale over all buckets; an empty text stands left of one byte. */
function scaleOf({ buckets }: SizeHistogram): Scale {
  const fromBytes = Math.max(0.5, buckets[0]?.from ?? 1);
  const toBytes = Math.max(2 * fromBytes, buckets.at(-1)?.to ?? 2);
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

/** Powers of ten inside the scale, at most six. */
function ticksOf({ fromBytes, toBytes }: Scale): number[] {
  const ticks: number[] = [];
  for (let power = Math.ceil(Math.log10(fromBytes)); 10 ** power <= toBytes; power++) ticks.push(10 ** power);
  const step = Math.max(1, Math.ceil(ticks.length / 6));
  return ticks.filter((_, index) => index % step === 0);
}

const percent = (share: number): string => `${(100 * share).toFixed(2)}%`;

function markAt(name: string, bytes: number, scale: Scale, isLow: boolean): VNode {
  const at = scale.left(bytes);
  const side = at > 0.7 ? ' leftwards' : '';
  return h(
    'div',
    { key: name, class: `quantile${side}${isLow ? ' low' : ''}`, style: { left: percent(at) } },
    h('span', {}, `${name} ~ ${bytesText(bytes)}`),
  );
}

/** One sentence that says what the drawing shows. */
export function histogramLabel(what: string, histogram: SizeHistogram): string {
  const [p50, p99] = [quantile(histogram, 0.5), quantile(histogram, 0.99)];
  if (p50 === null || p99 === null) return `${what}: no values.`;
  return `${what}: half are below about ${bytesText(p50)}, 99 % below about ${bytesText(p99)}.`;
}

/** How sizes are spread, on a log scale, with marks at the middle and near the top. */
export function histogramChart(what: string, histogram: SizeHistogram): VNode {
  const scale = scaleOf(histogram);
  const [p50, p99] = [quantile(histogram, 0.5), quantile(histogram, 0.99)];
  const isNear = p50 !== null && p99 !== null && scale.left(p99) - scale.left(p50) < NEAR;
  return h(
    'div',
    { key: 'histogram', class: 'histogram', role: 'img', 'aria-label': histogramLabel(what, histogram) },
    h(
      'div',
      { class: 'plot' },
      svgBars(histogram, scale, 3),
      p50 === null ? null : markAt('p50', p50, scale, false),
      p99 === null ? null : markAt('p99', p99, scale, isNear),
    ),
    h(
      'div',
      { class: 'ticks' },
      ticksOf(scale).map((bytes) =>
        h('span', { key: String(bytes), style: { left: percent(scale.left(bytes)) } }, bytesText(bytes)),
      ),
    ),
  );
}

/** The same as a line's worth of bars, for a cell. */
export function sparkHistogram(what: string, histogram: SizeHistogram): VNode {
  return h(
    'div',
    { class: 'spark', role: 'img', 'aria-label': histogramLabel(what, histogram) },
    svgBars(histogram, scaleOf(histogram), 4),
  );
}
