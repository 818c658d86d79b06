import { h } from '../ui/h.ts';
import { details } from '../ui/section.ts';
import { usdText } from '../../src/protocol/numberTexts.ts';
import type { PlanPart, PlanTools } from './planView.ts';
import { PLAN } from './strings.ts';

/** How the figures of a plan came about. */
export function createCostDetails({ keep }: PlanTools): PlanPart {
  const onToggle = (showsCost: boolean): void => keep({ showsCost });
  return {
    restore: () => undefined,
    draw: ({ plan, job }, { showsCost }) => {
      const { input, output, greatest } = plan.cost;
      const cost =
        greatest.known === 'unknown'
          ? [PLAN.cost.unknown]
          : [PLAN.cost.input(usdText(input.high)), PLAN.cost.output(usdText(output.high))];
      const sentences = [PLAN.cost.counted, ...cost, PLAN.cost.results(job.results), PLAN.cost.hash(plan.planHash)];
      return details(
        { id: 'cost', title: PLAN.cost.title, isOpen: showsCost, onToggle },
        h(
          'ul',
          {},
          sentences.map((text) => h('li', {}, text)),
        ),
      );
    },
  };
}
