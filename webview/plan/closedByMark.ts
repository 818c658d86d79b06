import { h, type VNode } from '../ui/h.ts';
import type { ClosedBy } from '../ui/shapes.ts';
import { PLAN } from './strings.ts';

export const CLOSED_BY: readonly ClosedBy[] = ['bytes', 'requests', 'inputs', 'tokens', 'end'];

/** The name of a limit with its colour and its pattern; a count behind it for a legend. */
export function closedByMark(closedBy: ClosedBy, count = ''): VNode {
  return h(
    'span',
    { key: closedBy, class: `pill closed-${closedBy}` },
    h(
      'svg',
      { class: 'swatch', width: 10, height: 10, 'aria-hidden': 'true', focusable: 'false' },
      h('rect', { class: 'fill', width: 10, height: 10 }),
      h('rect', { width: 10, height: 10, fill: `url(#pattern-${closedBy})` }),
    ),
    `${PLAN.closedBy[closedBy]}${count}`,
  );
}

const line = (d: string): VNode => h('path', { d, class: 'pattern-line' });

function pattern(closedBy: ClosedBy, sizePx: number, ...marks: VNode[]): VNode {
  const attributes = { id: `pattern-${closedBy}`, width: sizePx, height: sizePx, patternUnits: 'userSpaceOnUse' };
  return h('pattern', { key: closedBy, ...attributes }, marks);
}

/** The patterns that tell limits apart without colour; once a page. Bytes are plain. */
export function closedByPatterns(): VNode {
  return h(
    'svg',
    { key: 'patterns', class: 'unseen', 'aria-hidden': 'true', focusable: 'false' },
    h(
      'defs',
      {},
      pattern('bytes', 8),
      pattern('requests', 8, line('M-2 10L10 -2M-2 2L2 -2M6 10L10 6')),
      pattern('inputs', 8, line('M-2 -2L10 10M-2 6L2 10M6 -2L10 2')),
      pattern('tokens', 6, line('M0 3H6')),
      pattern('end', 6, h('circle', { cx: 3, cy: 3, r: 1, class: 'pattern-dot' })),
    ),
  );
}
