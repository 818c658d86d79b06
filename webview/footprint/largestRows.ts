import { h, type Child } from '../ui/h.ts';
import type { Footprint } from '../ui/shapes.ts';
import { SHARED } from '../ui/strings.ts';
import { bytesText, countText } from '../../src/protocol/numberTexts.ts';
import { FOOTPRINT } from './strings.ts';

const { largest: TEXTS } = FOOTPRINT;

/** The rows that weigh most. */
export function largestRows({ largestRows: rows, stage }: Footprint): Child {
  if (rows.length === 0) return h('p', { class: 'dim' }, stage === 'exact' ? TEXTS.noRows : TEXTS.none);
  const hasKeys = rows.some(({ key }) => key !== null);
  const hasRows = rows.some(({ row }) => row !== null);
  const titles = [
    hasKeys ? h('th', { key: 'key', scope: 'col' }, TEXTS.key) : null,
    h('th', { key: 'file', scope: 'col' }, TEXTS.file),
    hasRows ? h('th', { key: 'row', scope: 'col', class: 'right' }, TEXTS.row) : null,
    h('th', { key: 'bytes', scope: 'col', class: 'right' }, TEXTS.bytes),
  ];
  const lines = rows.map(({ key, file, row, bytes }, index) => {
    const keyText = key?.join(', ') ?? '';
    return h(
      'tr',
      { key: String(index) },
      hasKeys ? h('td', { key: 'key', title: keyText }, h('bdi', {}, keyText)) : null,
      h('td', { key: 'file', class: 'dim', title: file }, h('bdi', {}, file)),
      hasRows ? h('td', { key: 'row', class: 'right' }, row === null ? '' : countText(row + 1)) : null,
      h('td', { key: 'bytes', class: 'right', title: SHARED.bytes(countText(bytes)) }, bytesText(bytes)),
    );
  });
  return h('table', { class: 'plain' }, h('thead', {}, h('tr', {}, titles)), h('tbody', {}, lines));
}
