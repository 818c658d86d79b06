import type { PageState } from '../../../src/protocol/pageProtocol.ts';
import type { EngineStates } from './engineStates.ts';
import type { FrameOptions } from './pageFrame.ts';
import {
  emptyFootprint,
  emptyPlan,
  lakeFootprint,
  madeUpPlan,
  unknownFootprint,
  unpricedPlan,
  wideFootprint,
} from './madeUpStates.ts';
import { failureRows, noRows, plainRows, resultRows, wideRows } from './rowsStates.ts';

const failed = { code: 'changed', message: 'posts.csv changed while it was read; read it again.' } as const;

export interface Face {
  readonly state: PageState;
  /** What a person had done to it. */
  readonly view?: object;
}

const OPENED = {
  selected: '20',
  showsRows: true,
  rowsSelected: '4217',
  showsCost: true,
  sort: { column: 'bytes', descending: false },
};

/** Every face of the pages, by the name of its picture. */
export function facesOf(sample: () => EngineStates): readonly (readonly [name: string, face: () => Face])[] {
  return [
    ['footprint-lake', () => ({ state: lakeFootprint() })],
    ['footprint-sample', () => ({ state: sample().footprint })],
    ['footprint-sample-job', () => ({ state: sample().forJob })],
    ['footprint-wide', () => ({ state: wideFootprint() })],
    ['footprint-unknown', () => ({ state: unknownFootprint() })],
    ['footprint-empty', () => ({ state: emptyFootprint() })],
    ['footprint-first', () => ({ state: { ...lakeFootprint(), state: 'reading', snapshot: null } })],
    ['footprint-changed', () => ({ state: lakeFootprint({ state: 'changed' }) })],
    ['footprint-failed', () => ({ state: lakeFootprint({ state: 'failed', snapshot: null, error: failed }) })],
    ['plan-mixed', () => ({ state: madeUpPlan(23) })],
    ['plan-opened', () => ({ state: madeUpPlan(23, 12), view: OPENED })],
    [
      'footprint-opened',
      () => ({ state: wideFootprint(), view: { showsRules: true, topPx: 1960, selected: 'field_072' } }),
    ],
    ['plan-sample', () => ({ state: sample().plan })],
    ['plan-many', () => ({ state: madeUpPlan(10_000, 1204) })],
    [
      'plan-planning',
      () => ({ state: { ...madeUpPlan(1), state: 'planning', planned: null, measuredRows: 1_204_000 } }),
    ],
    ['plan-stale', () => ({ state: madeUpPlan(23, 0, { state: 'stale' }) })],
    ['plan-untrusted', () => ({ state: madeUpPlan(2, 0, { mayRun: false }) })],
    ['plan-empty', () => ({ state: emptyPlan() })],
    ['plan-unpriced', () => ({ state: unpricedPlan() })],
    [
      'plan-doing',
      () => ({ state: madeUpPlan(23, 0, { doing: { text: 'Writing 23 files to posts.chunks', canCancel: true } }) }),
    ],
    ['rows-results', () => ({ state: resultRows() })],
    ['rows-results-selected', () => ({ state: resultRows(), view: { selected: '1', face: 'results' } })],
    ['rows-failures', () => ({ state: failureRows(), view: { selected: '1', face: 'failures' } })],
    ['rows-plain', () => ({ state: plainRows(), view: { selected: '0' } })],
    ['rows-odd', () => ({ state: plainRows(), view: { selected: '4' } })],
    ['rows-wide', () => ({ state: wideRows() })],
    ['rows-empty', () => ({ state: noRows() })],
    ['rows-first', () => ({ state: plainRows({ state: 'reading', table: null }) })],
    ['rows-changed', () => ({ state: resultRows({ state: 'changed' }) })],
    ['rows-failed', () => ({ state: plainRows({ state: 'failed', table: null, error: failed }) })],
  ];
}

/** A face as a page is opened with it. */
export function framed({ state, view }: Face): FrameOptions {
  return view === undefined ? { state } : { state, kept: { view } };
}
