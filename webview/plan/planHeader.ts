import type { PlanPageState } from '../../src/protocol/pageProtocol.ts';
import { button, linkButton, progressRing } from '../ui/controls.ts';
import { h, type Child, type VNode } from '../ui/h.ts';
import { pageHeader, type Act } from '../ui/pageHeader.ts';
import type { Plan } from '../ui/shapes.ts';
import { countOf, usdText } from '../../src/protocol/numberTexts.ts';
import { PLAN } from './strings.ts';

/** The last part of a path. */
const baseName = (path: string): string => path.split(/[\\/]/).findLast((part) => part !== '') ?? path;

function costText({ cost }: Plan): string {
  return cost.greatest.known === 'unknown' ? PLAN.costUnknown : PLAN.atMost(usdText(cost.greatest.high));
}

function lineOf({ planned, title }: PlanPageState, act: Act): Child {
  if (planned === null) return title;
  const { job, plan } = planned;
  const open = linkButton({
    key: 'openJob',
    text: baseName(job.path),
    title: job.path,
    onPress: () => act({ do: 'openJob' }),
  });
  const parts = [
    h('bdi', {}, baseName(job.dataset)),
    ` · ${countOf(plan.rows, 'row', 'rows')} → `,
    h('span', { key: 'endpoint', class: 'whole' }, job.endpoint),
    ' · ',
    h('span', { key: 'model', class: 'whole' }, job.model),
  ];
  return [open, ' · ', parts];
}

function buttonsOf({ state, planned, mayRun, doing }: PlanPageState, act: Act): Child {
  if (state === 'planning') return button({ key: 'cancel', text: PLAN.cancel, onPress: () => act({ do: 'cancel' }) });
  const chunks = planned?.plan.chunks.length ?? 0;
  const isReady = state === 'planned' && doing === null && chunks > 0;
  const runText = planned === null || chunks === 0 ? PLAN.run : PLAN.runChunks(chunks, costText(planned.plan));
  const runHint = planned === null ? undefined : PLAN.runHint(planned.plan.planHash.slice(0, 12));
  return [
    button({ key: 'writeFiles', text: PLAN.writeFiles, disabled: !isReady, onPress: () => act({ do: 'writeFiles' }) }),
    button({
      key: 'rehearse',
      text: PLAN.rehearse,
      disabled: !isReady || !mayRun,
      title: mayRun ? PLAN.rehearseHint : PLAN.notTrusted,
      onPress: () => act({ do: 'rehearse' }),
    }),
    button({
      key: 'run',
      text: runText,
      primary: true,
      disabled: !isReady || !mayRun,
      title: mayRun ? runHint : PLAN.notTrusted,
      onPress: () => act({ do: 'run' }),
    }),
  ];
}

/** What goes on, and how to stop it. */
function workingLine({ state, measuredRows, doing }: PlanPageState, act: Act): Child {
  const line = (text: string, stop: Child): VNode =>
    h('div', { key: 'working', class: 'working' }, progressRing(), h('span', {}, text), stop);
  if (state === 'planning') return line(measuredRows > 0 ? PLAN.planningRows(measuredRows) : PLAN.planning, null);
  if (doing === null) return null;
  const stop = button({ key: 'cancelDoing', text: PLAN.cancel, onPress: () => act({ do: 'cancel' }) });
  return line(doing.text, doing.canCancel ? stop : null);
}

/** What is planned, for whom, and what can be done with it. */
export function planHeader(state: PlanPageState, act: Act): VNode {
  return pageHeader({
    title: PLAN.title,
    line: lineOf(state, act),
    buttons: buttonsOf(state, act),
    working: workingLine(state, act),
  });
}
