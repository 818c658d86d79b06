import { figureText } from '../ui/figureText.ts';
import { h, type VNode } from '../ui/h.ts';
import type { ColumnFootprint, Figure } from '../ui/shapes.ts';
import { bytesText, countText } from '../../src/protocol/numberTexts.ts';
import { FOOTPRINT } from './strings.ts';

const { columns: TEXTS } = FOOTPRINT;

/** What is known of the selected column, with the intervals that the table leaves out; for whoever has no pointer. */
export function columnReadout(column: ColumnFootprint | undefined): VNode {
  if (column === undefined) return h('p', { key: 'readout', class: 'readout dim' }, TEXTS.hint);
  const { name, disk, arrow, rendered, tokens, pandas, spark, used } = column;
  const said = (title: string, figure: Figure, text: (value: number) => string): string[] => {
    if (figure.known === 'unknown') return [];
    const { value, how } = figureText(figure, text);
    return [figure.known === 'exact' ? `${title} ${value}` : `${title} ${value} (${how})`];
  };
  const parts = [
    ...said(TEXTS.disk, disk, bytesText),
    ...said(TEXTS.arrow, arrow, bytesText),
    ...said(TEXTS.pandas, pandas, bytesText),
    ...said(TEXTS.spark, spark, bytesText),
    ...(used === false
      ? []
      : [
          ...said(used === null ? TEXTS.text : TEXTS.lines, rendered, bytesText),
          ...said(TEXTS.tokens, tokens, countText),
        ]),
  ];
  return h('p', { key: 'readout', class: 'readout dim' }, h('bdi', {}, name), `: ${parts.join(' · ')}`);
}
