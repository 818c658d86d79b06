import type { PageState } from '../../../src/protocol/pageProtocol.ts';
import type { EngineStates } from './engineStates.ts';
import {
  emptyFootprint,
  emptyPlan,
  lakeFootprint,
  madeUpPlan,
  unknownFootprint,
  unpricedPlan,
  wideFootprint,
} from './madeUpStates.ts';

const failed = { code: 'changed', message: 'posts.csv changed while it was read; read it again.' } as const;

/** Every face of the pages, by the name of its picture. */
export function facesOf(sample: () => EngineStates): readonly (readonly [name: string, state: () => PageState])[] {
  return [
    ['footprint-lake', lakeFootprint],
    ['footprint-sample', () => sample().footprint],
    ['footprint-sample-job', () => sample().forJob],
    ['footprint-wide', wideFootprint],
    ['footprint-unknown', unknownFootprint],
    ['footprint-empty', emptyFootprint],
    ['footprint-first', () => ({ ...lakeFootprint(), state: 'reading', snapshot: null })],
    ['footprint-changed', () => lakeFootprint({ state: 'changed' })],
    ['footprint-failed', () => lakeFootprint({ state: 'failed', snapshot: null, error: failed })],
    ['plan-mixed', () => madeUpPlan(23)],
    ['plan-sample', () => sample().plan],
    ['plan-many', () => madeUpPlan(10_000, 1204)],
    ['plan-planning', () => ({ ...madeUpPlan(1), state: 'planning', planned: null, measuredRows: 1_204_000 })],
    ['plan-stale', () => madeUpPlan(23, 0, { state: 'stale' })],
    ['plan-untrusted', () => madeUpPlan(2, 0, { mayRun: false })],
    ['plan-empty', emptyPlan],
    ['plan-unpriced', unpricedPlan],
    ['plan-doing', () => madeUpPlan(23, 0, { doing: 'Writing 23 files to posts.chunks' })],
  ];
}
