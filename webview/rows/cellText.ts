import { h, type Child } from '../ui/h.ts';
import { outcomeMark } from './outcomeMark.ts';
import { ROWS } from './strings.ts';

/** A cell shows one line: no more of a text is put into it. */
const SHOWN_CHARS = 200;

/** What stands in a cell, so that null, an empty text and the text "null" are told apart. */
export function cellText(value: string | null | undefined, isOutcome: boolean): Child {
  if (value === undefined || value === null) return h('i', { class: 'nothing' }, ROWS.grid.null);
  if (value === '') return h('i', { class: 'nothing' }, ROWS.grid.emptyText);
  if (isOutcome) return outcomeMark(value);
  return h('bdi', {}, value.slice(0, SHOWN_CHARS));
}
