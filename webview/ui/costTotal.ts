import { figureText } from './figureText.ts';
import type { Figure } from './shapes.ts';
import { SHARED } from './strings.ts';
import type { Total } from './totals.ts';
import { usdText } from '../../src/protocol/numberTexts.ts';
import { dayText } from './units.ts';

const { cost: TEXTS } = SHARED;

/** Where the prices come from that a cost is made of. */
function pricesText({ value }: Figure, pricesAsOf: string | null): string {
  if (pricesAsOf !== null) return TEXTS.pricesAsOf(dayText(pricesAsOf));
  return value === 0 ? TEXTS.free : TEXTS.ownPrices;
}

/** The greatest cost; without a price or a bound on the input, the page's warnings say why it is not known. */
export function costTotal(greatest: Figure, pricesAsOf: string | null): Total {
  const { title } = TEXTS;
  if (greatest.known === 'unknown') return { title, value: '–', known: 'unknown', how: TEXTS.unknown };
  const how = pricesText(greatest, pricesAsOf);
  const tooltip = figureText(greatest, usdText).label;
  return { title, value: usdText(greatest.high), known: greatest.known, how, tooltip };
}
