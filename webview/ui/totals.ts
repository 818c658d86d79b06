import { KNOWN_MARKS } from './figureText.ts';
import { h, type VNode } from './h.ts';
import type { Figure } from './shapes.ts';

/** One total: its name, its value, how that is known, and what else there is to say of it. */
export interface Total {
  readonly title: string;
  readonly value: string;
  readonly known: Figure['known'];
  readonly how: string;
  readonly tooltip?: string | undefined;
}

/** A strip of totals. */
export function totals(label: string, all: readonly Total[]): VNode {
  const cells = all.map(({ title, value, known, how, tooltip }) =>
    h(
      'div',
      { key: title, class: 'total', title: tooltip },
      h('dt', {}, title),
      h('dd', { class: 'value' }, value),
      h('dd', { class: 'how' }, h('span', { class: `mark ${known}`, 'aria-hidden': 'true' }, KNOWN_MARKS[known]), how),
    ),
  );
  return h('dl', { key: 'totals', class: 'totals', 'aria-label': label }, cells);
}
