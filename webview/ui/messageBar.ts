import { h, type Child, type VNode } from './h.ts';
import { SHARED } from './strings.ts';

export interface MessageBar {
  readonly key: string;
  readonly kind: 'info' | 'warning' | 'error';
  readonly text: Child;
  /** What a person can do about it. */
  readonly actions?: Child;
}

const ICONS = { info: 'i', warning: '!', error: '×' } as const;

/** Sentences that need no answer, in one bar however many there are. */
export function warningsBar(warnings: readonly string[]): VNode | null {
  const all = [...new Set(warnings)];
  if (all.length === 0) return null;
  const list = h(
    'ul',
    {},
    all.map((text) => h('li', { key: text }, text)),
  );
  return messageBar({ key: 'warnings', kind: 'warning', text: all.length === 1 ? all : list });
}

/** A sentence across the page, above what it is about. */
export function messageBar({ key, kind, text, actions }: MessageBar): VNode {
  return h(
    'div',
    { key, class: `bar ${kind}`, 'data-bar': key },
    h('span', { class: 'icon', 'aria-hidden': 'true' }, ICONS[kind]),
    h('div', { class: 'text' }, h('span', { class: 'unseen' }, SHARED.bars[kind]), text),
    actions === undefined ? null : h('div', { class: 'actions' }, actions),
  );
}
