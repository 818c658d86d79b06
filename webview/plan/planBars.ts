import type { PlanPageState } from '../../src/protocol/pageProtocol.ts';
import { button } from '../ui/controls.ts';
import type { Child, VNode } from '../ui/h.ts';
import { messageBar, warningsBar } from '../ui/messageBar.ts';
import type { Act } from '../ui/pageHeader.ts';
import { PLAN } from './strings.ts';

function stateBar({ state, planned, error }: PlanPageState, act: Act): VNode | null {
  const again = button({ key: 'again', text: PLAN.again, onPress: () => act({ do: 'again' }) });
  const openJob = button({ key: 'openJob', text: PLAN.openJob, onPress: () => act({ do: 'openJob' }) });
  const showLog = button({ key: 'showLog', text: PLAN.showLog, onPress: () => act({ do: 'showLog' }) });
  switch (state) {
    case 'stale':
      return messageBar({ key: 'stale', kind: 'warning', text: PLAN.stale, actions: again });
    case 'cancelled':
      return messageBar({
        key: 'cancelled',
        kind: 'info',
        text: planned === null ? PLAN.cancelled : PLAN.cancelledOld,
        actions: again,
      });
    case 'failed': {
      const more = error?.code === 'internal' ? showLog : null;
      return messageBar({ key: 'failed', kind: 'error', text: error?.message ?? '', actions: [openJob, again, more] });
    }
    default:
      return null;
  }
}

/** Sentences above a plan: what is wrong with it, and what to do. */
export function planBars(state: PlanPageState, act: Act): Child {
  const { planned, mayRun } = state;
  const empty = planned?.plan.rows === 0 ? PLAN.noRows : PLAN.empty;
  const warnings = planned === null ? [] : [...planned.plan.warnings, ...planned.plan.cost.warnings];
  return [
    stateBar(state, act),
    mayRun ? null : messageBar({ key: 'trust', kind: 'warning', text: PLAN.notTrusted }),
    planned?.plan.chunks.length === 0 ? messageBar({ key: 'empty', kind: 'warning', text: empty }) : null,
    warningsBar(warnings),
  ];
}
