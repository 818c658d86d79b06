import type { PageAction } from '../../src/protocol/pageProtocol.ts';
import { h, type Child, type VNode } from './h.ts';

/** Asks the page's host to do something. */
export type Act = (action: PageAction) => void;

/** The head of a page: what it is about, a line on it, what can be done, and what goes on just now. */
export function pageHeader(parts: {
  readonly title: string;
  readonly line: Child;
  readonly buttons: Child;
  readonly working: Child;
}): VNode {
  const { title, line, buttons, working } = parts;
  return h(
    'header',
    { key: 'header', class: 'header' },
    h('div', { class: 'what' }, h('h1', { title }, h('bdi', {}, title)), h('p', { class: 'dim line' }, line)),
    h('div', { class: 'buttons' }, buttons),
    working,
  );
}
