import type { RowsPageState } from '../../src/protocol/pageProtocol.ts';
import { button, progressRing } from '../ui/controls.ts';
import { h, type Child, type VNode } from '../ui/h.ts';
import { pageHeader, type Act } from '../ui/pageHeader.ts';
import { ROWS } from './strings.ts';

export type Table = NonNullable<RowsPageState['table']>;

/** How many rows these are of how many. */
export function rowsText({ rows, totalRows, isWhole }: Table): string {
  if (rows.length === 0) return ROWS.none;
  return isWhole ? ROWS.all(rows.length) : ROWS.first(rows.length, totalRows);
}

function lineOf({ table, where }: RowsPageState): Child {
  const place = h('bdi', { key: 'where' }, where);
  if (table === null) return place;
  return [place, ` · ${[ROWS.formats[table.format], rowsText(table), ROWS.columns(table.columns.length)].join(' · ')}`];
}

/** Which table is shown, where it lies, how much of it, and what else can be looked at. */
export function rowsHeader(state: RowsPageState, act: Act): VNode {
  const working = h('p', { key: 'working', class: 'working' }, progressRing(), h('span', {}, ROWS.reading));
  return pageHeader({
    title: state.title,
    line: lineOf(state),
    buttons: [
      button({ key: 'reveal', text: ROWS.reveal, title: ROWS.revealHint, onPress: () => act({ do: 'reveal' }) }),
      button({ key: 'profile', text: ROWS.profile, onPress: () => act({ do: 'profile' }) }),
    ],
    working: state.state === 'reading' ? working : null,
  });
}
