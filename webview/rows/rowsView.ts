import type { RowsPageState } from '../../src/protocol/pageProtocol.ts';
import { keptNumber, keptText } from '../ui/readKept.ts';

type Face = NonNullable<RowsPageState['run']>['face'];

/** What a person did to the page, kept over reloads. */
export interface RowsView {
  /** Number of the selected row from 0, as text. */
  readonly selected: string | null;
  readonly topPx: number;
  /** The table of a run that `selected` is about, so that the host can show it again. */
  readonly face: Face | null;
  readonly pageTopPx: number;
}

function keptFace(kept: unknown): Face | null {
  const face = keptText(kept, 'face');
  return face === 'results' || face === 'failures' ? face : null;
}

export function keptRowsView(kept: unknown): RowsView {
  return {
    selected: keptText(kept, 'selected'),
    topPx: keptNumber(kept, 'topPx'),
    face: keptFace(kept),
    pageTopPx: keptNumber(kept, 'pageTopPx'),
  };
}
