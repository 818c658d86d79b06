import { costTotal } from '../ui/costTotal.ts';
import { figureText } from '../ui/figureText.ts';
import { h, type VNode } from '../ui/h.ts';
import type { Plan } from '../ui/shapes.ts';
import { SHARED } from '../ui/strings.ts';
import { totals } from '../ui/totals.ts';
import { bytesText, countText, shortCountText } from '../../src/protocol/numberTexts.ts';
import { roundBytesText, roundCountText } from '../ui/units.ts';
import { PLAN } from './strings.ts';

const { totals: TEXTS, limits: LIMITS } = PLAN;

/** Rows, files, bytes, tokens and cost of a plan. */
export function planTotals(plan: Plan): VNode {
  const bytes = plan.chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const withLine = plan.rows - plan.notPlannedRows;
  const tokens = figureText(plan.tokens, shortCountText);
  return totals(TEXTS.label, [
    {
      title: TEXTS.rows,
      value: countText(plan.rows),
      known: 'exact',
      how: withLine === plan.rows ? SHARED.exact : TEXTS.withLine(withLine),
    },
    { title: TEXTS.files, value: countText(plan.chunks.length), known: 'exact', how: SHARED.exact },
    {
      title: TEXTS.bytes,
      value: bytesText(bytes),
      known: 'exact',
      how: SHARED.exact,
      tooltip: SHARED.bytes(countText(bytes)),
    },
    {
      title: TEXTS.tokens,
      value: tokens.value,
      known: plan.tokens.known,
      how: tokens.how,
      tooltip: figureText(plan.tokens, countText).label,
    },
    costTotal(plan.cost.greatest, plan.cost.pricesAsOf),
  ]);
}

/** What no file may exceed. */
export function limitsLine({ limits }: Plan): VNode {
  const { maxBytes, maxRequests, maxInputs, maxTokens } = limits;
  const parts = [
    LIMITS.bytes(roundBytesText(maxBytes)),
    LIMITS.requests(maxRequests),
    maxInputs === null ? [] : LIMITS.inputs(maxInputs),
    maxTokens === null ? [] : LIMITS.tokens(roundCountText(maxTokens)),
  ].flat();
  return h('p', { key: 'limits', class: 'limits dim' }, `${LIMITS.title}: `, h('b', {}, parts.join(' · ')));
}
