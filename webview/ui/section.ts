import { h, type Child, type VNode } from './h.ts';

export interface SectionProps {
  readonly id: string;
  readonly title: string;
  readonly note?: Child;
  readonly side?: Child;
}

/** A titled part of a page. */
export function section({ id, title, note, side }: SectionProps, ...children: Child[]): VNode {
  return h(
    'section',
    { key: id, class: `section ${id}`, 'aria-labelledby': `${id}-title` },
    h(
      'div',
      { class: 'section-head' },
      h('h2', { id: `${id}-title` }, title),
      h('p', { id: `${id}-note`, class: 'dim' }, note),
      side === undefined ? null : h('div', { class: 'side' }, side),
    ),
    children,
  );
}

export interface DetailsProps {
  readonly id: string;
  readonly title: string;
  readonly isOpen: boolean;
  readonly onToggle: (isOpen: boolean) => void;
}

/** A part of a page that a person opens; the page remembers. */
export function details({ id, title, isOpen, onToggle }: DetailsProps, ...children: Child[]): VNode {
  const toggle = (event: Event): void => {
    const { currentTarget } = event;
    if (currentTarget instanceof HTMLDetailsElement && currentTarget.open !== isOpen) onToggle(currentTarget.open);
  };
  return h(
    'details',
    { key: id, class: 'details', 'data-details': id, open: isOpen, on: { toggle } },
    h('summary', {}, title),
    children,
  );
}
