import type { PlanPageState } from '../../src/protocol/pageProtocol.ts';
import { h } from '../ui/h.ts';
import type { Page } from '../ui/runPage.ts';
import { createChunkParts } from './chunkParts.ts';
import { closedByPatterns } from './closedByMark.ts';
import { createCostDetails } from './costDetails.ts';
import { planBars } from './planBars.ts';
import { planHeader } from './planHeader.ts';
import { limitsLine, planTotals } from './planTotals.ts';
import type { PlanTools, PlanView } from './planView.ts';
import { createRowsWithoutLine } from './rowsWithoutLine.ts';
import { PLAN } from './strings.ts';

function saidOf({
  state,
  planned,
  error,
  measuredRows,
  doing,
}: PlanPageState): readonly [state: string, progress: string] {
  switch (state) {
    case 'planning':
      return [PLAN.said.planning, measuredRows > 0 ? PLAN.planningRows(measuredRows) : ''];
    case 'planned':
      return [
        planned === null ? '' : PLAN.said.planned(planned.plan.chunks.length, planned.plan.rows),
        doing?.text ?? '',
      ];
    case 'failed':
      return [PLAN.said.failed(error?.message ?? ''), ''];
    default:
      return [PLAN.said[state], ''];
  }
}

/** The plan page: draws what the host says, and keeps what a person did to it. */
export function createPlanPage(tools: PlanTools): Page<PlanPageState, PlanView> {
  const parts = [createRowsWithoutLine(tools), createChunkParts(tools), createCostDetails(tools)];
  return {
    said: saidOf,
    restore: (view) => parts.forEach((part) => part.restore(view)),
    draw: (state, view) => {
      const { planned } = state;
      const isOld = state.state !== 'planned';
      return [
        closedByPatterns(),
        planHeader(state, tools.act),
        planBars(state, tools.act),
        planned === null
          ? null
          : h(
              'div',
              { key: 'plan', class: isOld ? 'content old' : 'content' },
              planTotals(planned.plan),
              limitsLine(planned.plan),
              parts.map((part) => part.draw(planned, view)),
            ),
      ];
    },
  };
}
