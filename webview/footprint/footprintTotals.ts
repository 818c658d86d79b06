import { costTotal } from '../ui/costTotal.ts';
import { figureText } from '../ui/figureText.ts';
import type { VNode } from '../ui/h.ts';
import type { Figure, Footprint, FootprintRule } from '../ui/shapes.ts';
import { SHARED } from '../ui/strings.ts';
import { totals, type Total } from '../ui/totals.ts';
import { bytesText, countText, shortCountText } from '../../src/protocol/numberTexts.ts';
import { FOOTPRINT } from './strings.ts';

const { totals: TEXTS } = FOOTPRINT;

/** How a figure is known: its interval, and what it was taken from. */
function howOf(figure: Figure, { stage }: Footprint, text: (value: number) => string): string {
  if (figure.known === 'unknown') return stage === 'metadata' ? FOOTPRINT.notReadYet : SHARED.unknown;
  if (figure.known === 'exact') return SHARED.exact;
  return `${figureText(figure, text).how}\u00a0· ${FOOTPRINT.stages[stage]}`;
}

function total(
  footprint: Footprint,
  title: string,
  figure: Figure,
  text: (value: number) => string,
  more: { readonly rule?: string | undefined; readonly label?: (value: number) => string; readonly note?: string } = {},
): Total {
  const said = figureText(figure, text);
  const exactly = figureText(figure, more.label ?? text).label;
  const tooltip = [exactly, more.note, more.rule].filter((part) => part !== undefined).join('\n');
  return { title, value: said.value, known: figure.known, how: howOf(figure, footprint, text), tooltip };
}

/** Before lines were measured nothing is known of the cost. */
function jobCost({ request, cost }: Footprint): Total {
  const total = costTotal(cost, request?.cost.pricesAsOf ?? null);
  return request === null ? { ...total, how: FOOTPRINT.notReadYet } : total;
}

/** What the dataset weighs in each of its shapes. */
export function footprintTotals(footprint: Footprint, forJob: boolean): VNode {
  const { bytes, tokens } = footprint;
  const rule = (about: FootprintRule['about']): string | undefined =>
    footprint.rules.find((one) => one.about === about)?.text;
  const arrowText = figureText(bytes.pandasArrow, bytesText).value;
  return totals(TEXTS.label, [
    total(footprint, TEXTS.disk, bytes.disk, bytesText),
    total(footprint, TEXTS.arrow, bytes.arrow, bytesText, { rule: rule('arrow') }),
    total(footprint, TEXTS.pandas, bytes.pandas, bytesText, {
      rule: rule('pandas'),
      ...(bytes.pandasArrow.known === 'unknown' ? {} : { note: TEXTS.pandasArrow(arrowText) }),
    }),
    total(footprint, TEXTS.spark, bytes.spark, bytesText, { rule: rule('spark') }),
    total(footprint, forJob ? TEXTS.lines : TEXTS.text, bytes.rendered, bytesText, { rule: rule('lines') }),
    total(footprint, TEXTS.tokens, tokens, shortCountText, {
      rule: rule('lines'),
      label: countText,
      ...(forJob ? {} : { note: TEXTS.encoding }),
    }),
    ...(forJob ? [jobCost(footprint)] : []),
  ]);
}
