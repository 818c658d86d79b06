import type { RowsPageState } from '../../src/protocol/pageProtocol.ts';
import { button } from '../ui/controls.ts';
import type { Child } from '../ui/h.ts';
import { messageBar } from '../ui/messageBar.ts';
import type { Act } from '../ui/pageHeader.ts';
import { ROWS } from './strings.ts';

/** Sentences above the rows: what is wrong with them, and what to do. */
export function rowsBars({ state, table, error }: RowsPageState, act: Act): Child {
  const again = button({ key: 'again', text: ROWS.readAgain, onPress: () => act({ do: 'again' }) });
  const showLog = button({ key: 'showLog', text: ROWS.showLog, onPress: () => act({ do: 'showLog' }) });
  switch (state) {
    case 'changed':
      return messageBar({ key: 'changed', kind: 'warning', text: ROWS.changed, actions: again });
    case 'failed': {
      const actions = [again, error?.code === 'internal' ? showLog : null];
      return messageBar({ key: 'failed', kind: 'error', text: error?.message ?? '', actions });
    }
    default: {
      const isEmpty = state === 'done' && table?.rows.length === 0;
      return isEmpty ? messageBar({ key: 'empty', kind: 'info', text: ROWS.empty }) : null;
    }
  }
}
