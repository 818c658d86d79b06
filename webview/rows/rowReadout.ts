import { h, type Child, type VNode } from '../ui/h.ts';
import { section } from '../ui/section.ts';
import { bytesText, countText } from '../../src/protocol/numberTexts.ts';
import { cellText } from './cellText.ts';
import { prettyJson } from './prettyJson.ts';
import type { Table } from './rowsHeader.ts';
import { ROWS } from './strings.ts';

function valueOf(value: string | null, isCut: boolean, isOutcome: boolean): Child {
  if (value === null || value === '' || isOutcome) return cellText(value, isOutcome);
  const pretty = isCut ? null : prettyJson(value);
  return pretty === null ? h('div', { class: 'long', dir: 'auto' }, value) : h('div', { class: 'long json' }, pretty);
}

/** All of the selected row, a line for each column, with long texts wrapped. */
export function rowReadout(
  { columns, rows, cutCells }: Table,
  selected: string | null,
  outcomeColumn: number,
): VNode | null {
  const at = selected === null ? -1 : Number(selected);
  const row = rows[at];
  if (row === undefined) return rows.length === 0 ? null : h('p', { key: 'hint', class: 'readout dim' }, ROWS.row.hint);
  const cuts = new Map(cutCells.filter((cell) => cell.row === at).map(({ column, bytes }) => [column, bytes]));
  const pairs = columns.map(({ name, type }, index) => {
    const cutBytes = cuts.get(index);
    const note = cutBytes === undefined ? null : h('span', { class: 'dim' }, ROWS.row.cutNote(bytesText(cutBytes)));
    return h(
      'div',
      { key: String(index), class: 'pair-line' },
      h('dt', {}, h('bdi', {}, name), h('span', { class: 'dim' }, type)),
      h('dd', {}, valueOf(row[index] ?? null, cutBytes !== undefined, index === outcomeColumn), note),
    );
  });
  return section({ id: 'row', title: ROWS.row.title(countText(at + 1)) }, h('dl', { class: 'pairs' }, pairs));
}
