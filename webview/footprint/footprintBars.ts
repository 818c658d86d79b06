import type { FootprintPageState } from '../../src/protocol/pageProtocol.ts';
import { button } from '../ui/controls.ts';
import type { Child, VNode } from '../ui/h.ts';
import { messageBar, warningsBar } from '../ui/messageBar.ts';
import type { Act } from '../ui/pageHeader.ts';
import { FOOTPRINT } from './strings.ts';

function stateBar({ state, snapshot, error }: FootprintPageState, act: Act): VNode | null {
  const again = button({ key: 'again', text: FOOTPRINT.readAgain, onPress: () => act({ do: 'again' }) });
  const showLog = button({ key: 'showLog', text: FOOTPRINT.showLog, onPress: () => act({ do: 'showLog' }) });
  switch (state) {
    case 'changed':
      return messageBar({ key: 'changed', kind: 'warning', text: FOOTPRINT.changed, actions: again });
    case 'cancelled': {
      const text = snapshot === null ? FOOTPRINT.cancelledEmpty : FOOTPRINT.cancelled;
      return messageBar({ key: 'cancelled', kind: 'info', text, actions: again });
    }
    case 'failed': {
      const actions = [again, error?.code === 'internal' ? showLog : null];
      return messageBar({ key: 'failed', kind: 'error', text: error?.message ?? '', actions });
    }
    default:
      return null;
  }
}

/** Sentences above a footprint: what is wrong with it, and what to do. */
export function footprintBars(state: FootprintPageState, act: Act): Child {
  const footprint = state.snapshot?.footprint;
  const isEmpty = footprint?.rows.known === 'exact' && footprint.rows.value === 0;
  return [
    stateBar(state, act),
    isEmpty ? messageBar({ key: 'empty', kind: 'info', text: FOOTPRINT.empty }) : null,
    warningsBar(footprint?.warnings ?? []),
  ];
}
