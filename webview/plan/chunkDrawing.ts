import { h, type VNode } from '../ui/h.ts';
import type { Plan } from '../ui/shapes.ts';
import { bytesText, countText } from '../../src/protocol/numberTexts.ts';
import { roundBytesText } from '../ui/units.ts';
import { chunkColumns, type ChunkColumn, type ColumnLayout } from './chunkColumns.ts';
import { CLOSED_BY } from './closedByMark.ts';
import { PLAN } from './strings.ts';

const PLOT_PX = 136;
const HEAD_PX = 20;
const FOOT_PX = 18;
/** Height of the bars and what stands above them. */
export const CHART_PX = HEAD_PX + PLOT_PX;
const LABEL_PX = 46;
const LABEL_GAP_PX = 6;
const DIGIT_PX = 7;
const LEAST_BAR_PX = 2;
/** Below this share of the cap bars would be too flat to compare: they get a scale of their own. */
const LOW = 0.2;

/** What the bars of a plan look like at a width. */
export interface Drawing {
  readonly plan: Plan;
  readonly layout: ColumnLayout;
  readonly widthPx: number;
  /** Bytes at the top of the plot. */
  readonly topBytes: number;
  readonly isLow: boolean;
}

export function drawingOf(plan: Plan, widthPx: number): Drawing {
  const most = plan.chunks.reduce((bytes, chunk) => Math.max(bytes, chunk.bytes), 0);
  const isLow = most < LOW * plan.limits.maxBytes;
  const topBytes = isLow ? Math.max(1, most * 1.15) : plan.limits.maxBytes;
  return { plan, layout: chunkColumns(plan.chunks, widthPx), widthPx, topBytes, isLow };
}

const barPx = (bytes: number, topBytes: number): number => Math.max(LEAST_BAR_PX, (PLOT_PX * bytes) / topBytes);

function barsPath(columns: readonly (readonly [index: number, bytes: number])[], drawing: Drawing): string {
  const { slotPx, gapPx } = drawing.layout;
  // Without gaps, bars end at whole pixels: fractions would let the paper shine through between them.
  const at = (x: number): number => (gapPx === 0 ? Math.round(x) : x);
  const bars = columns.map(([index, bytes]) => {
    const height = barPx(bytes, drawing.topBytes).toFixed(1);
    const x = at(index * slotPx + gapPx / 2);
    const width = at((index + 1) * slotPx - gapPx / 2) - x;
    return `M${x.toFixed(1)} ${CHART_PX}v-${height}h${width.toFixed(1)}v${height}z`;
  });
  return bars.join('');
}

/** One path a limit; where a column stands for several chunks, the smallest is drawn over the pale largest. */
function barPaths(drawing: Drawing): VNode[] {
  const { columns, each } = drawing.layout;
  return CLOSED_BY.flatMap((closedBy) => {
    const ours = columns.flatMap((column, index) => (column.closedBy === closedBy ? [[index, column] as const] : []));
    if (ours.length === 0) return [];
    const path = (pick: (column: ChunkColumn) => number): string =>
      barsPath(
        ours.map(([index, column]) => [index, pick(column)] as const),
        drawing,
      );
    const most = path(({ mostBytes }) => mostBytes);
    const shown = each === 1 ? most : path(({ leastBytes }) => leastBytes);
    const pale = each === 1 ? null : h('path', { class: 'fill pale', d: most });
    const bars = h('path', { class: 'fill', d: shown });
    return h(
      'g',
      { key: closedBy, class: `closed-${closedBy}${drawing.layout.gapPx === 0 ? ' dense' : ''}` },
      pale,
      bars,
      h('path', { d: shown, fill: `url(#pattern-${closedBy})` }),
    );
  });
}

/** 1, 2, 5, 10, ...: the first that is at least as far. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= least) ?? 10 * power;
}

/** Whether a chunk's number is written below its bar: the first, and then every so many. */
function isLabelled(index: number, step: number): boolean {
  return step <= 2 ? (index - 1) % step === 0 : index === 1 || index % step === 0;
}

interface AxisLabel {
  readonly index: number;
  readonly text: string;
  readonly x: number;
  readonly side: 'axis' | 'axis middle' | 'axis end';
  /** Where its text begins and ends, about. */
  readonly fromPx: number;
  readonly toPx: number;
}

function axisLabel(index: number, x: number, widthPx: number): AxisLabel {
  const text = countText(index);
  const textPx = text.length * DIGIT_PX;
  if (x < textPx / 2) return { index, text, x: 0, side: 'axis', fromPx: 0, toPx: textPx };
  if (x <= widthPx - textPx / 2) {
    return { index, text, x, side: 'axis middle', fromPx: x - textPx / 2, toPx: x + textPx / 2 };
  }
  return { index, text, x: widthPx, side: 'axis end', fromPx: widthPx - textPx, toPx: widthPx };
}

/** From the last on, which stays, those that leave the one behind them room. */
function roomy(all: readonly AxisLabel[]): AxisLabel[] {
  let nextPx = Infinity;
  return all.toReversed().filter(({ fromPx, toPx }) => {
    if (toPx + LABEL_GAP_PX > nextPx) return false;
    nextPx = fromPx;
    return true;
  });
}

function labels({ layout, plan, widthPx }: Drawing): VNode[] {
  const { slotPx, each } = layout;
  const step = niceStep((LABEL_PX * each) / slotPx);
  const all = plan.chunks.flatMap(({ index }, position) =>
    isLabelled(index, step) ? [axisLabel(index, ((position + 0.5) * slotPx) / each, widthPx)] : [],
  );
  return roomy(all).map(({ index, text, x, side }) =>
    h('text', { key: `x${index}`, x, y: CHART_PX + 14, class: side }, text),
  );
}

function capLine({ plan, widthPx, isLow }: Drawing): VNode[] {
  const text = isLow
    ? PLAN.chart.capAbove(roundBytesText(plan.limits.maxBytes))
    : PLAN.chart.cap(roundBytesText(plan.limits.maxBytes));
  const y = isLow ? HEAD_PX - 4 : HEAD_PX;
  return [
    h('path', { key: 'cap', class: isLow ? 'cap far' : 'cap', d: `M0 ${y}H${widthPx}` }),
    h('text', { key: 'cap-text', class: 'axis end', x: widthPx, y: y - 5 }, text),
  ];
}

function frame(kind: string, { layout }: Drawing, at: number | null): VNode | null {
  if (at === null) return null;
  const x = Math.floor(at / layout.each) * layout.slotPx;
  const width = Math.max(3, layout.slotPx);
  return h('rect', {
    key: kind,
    class: kind,
    x: Math.max(1, x),
    y: HEAD_PX - 2,
    width: width - 1,
    height: PLOT_PX + 3,
  });
}

function summaryOf(plan: Plan): string {
  const largest = plan.chunks.reduce((bytes, chunk) => Math.max(bytes, chunk.bytes), 0);
  const closed = CLOSED_BY.flatMap((closedBy) => {
    const count = plan.chunks.filter((chunk) => chunk.closedBy === closedBy).length;
    return count === 0 ? [] : `${PLAN.closedByLong[closedBy]} ${countText(count)}`;
  });
  return PLAN.chart.label(
    plan.chunks.length,
    bytesText(largest),
    roundBytesText(plan.limits.maxBytes),
    closed.join(', '),
  );
}

/** Draws all bars, the cap, and frames around the positions that are hovered over and selected. */
export function chunkDrawing(drawing: Drawing, hovered: number | null, selected: number | null): VNode {
  const { widthPx, plan } = drawing;
  const attributes = { key: 'chart', role: 'img', 'aria-label': summaryOf(plan), width: widthPx, focusable: 'false' };
  return h(
    'svg',
    { ...attributes, height: CHART_PX + FOOT_PX },
    capLine(drawing),
    barPaths(drawing),
    h('path', { key: 'base', class: 'base', d: `M0 ${CHART_PX + 0.5}H${widthPx}` }),
    frame('hovered', drawing, hovered),
    frame('selected', drawing, selected),
    labels(drawing),
  );
}
