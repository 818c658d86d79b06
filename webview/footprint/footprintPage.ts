import type { FootprintPageState } from '../../src/protocol/pageProtocol.ts';
import { h, type Child } from '../ui/h.ts';
import { histogramChart } from '../ui/histogram.ts';
import type { Page, PageTools } from '../ui/runPage.ts';
import { details, section } from '../ui/section.ts';
import type { Footprint } from '../ui/shapes.ts';
import { createColumnsPart } from './columnsPart.ts';
import { footprintBars } from './footprintBars.ts';
import { footprintHeader, readingText } from './footprintHeader.ts';
import { footprintTotals } from './footprintTotals.ts';
import type { FootprintView } from './footprintView.ts';
import { largestRows } from './largestRows.ts';
import { FOOTPRINT } from './strings.ts';

function sizesSection({ rowSizes, rows, request }: Footprint): Child {
  const { title } = FOOTPRINT.sizes;
  if (rowSizes === null || rowSizes.buckets.length === 0) {
    const isEmpty = rows.known === 'exact' && rows.value === 0;
    const none = isEmpty ? FOOTPRINT.sizes.noRows : FOOTPRINT.sizes.none;
    return section({ id: 'sizes', title }, h('p', { key: 'none', class: 'dim' }, none));
  }
  const what = request === null ? FOOTPRINT.sizes.text : FOOTPRINT.sizes.line;
  const note = rowSizes.known === 'estimate' ? `${what} · ${FOOTPRINT.sizes.sample}` : what;
  return section({ id: 'sizes', title, note }, histogramChart(FOOTPRINT.sizes.label, rowSizes));
}

function largestSection(footprint: Footprint): Child {
  const { title, seen } = FOOTPRINT.largest;
  const isAll = footprint.stage === 'exact' || footprint.largestRows.length === 0;
  return section({ id: 'largest', title, note: isAll ? '' : seen }, largestRows(footprint));
}

function rulesDetails({ rules }: Footprint, isOpen: boolean, onToggle: (isOpen: boolean) => void): Child {
  const items = rules.map(({ text }) => h('li', { key: text }, text));
  return details({ id: 'rules', title: FOOTPRINT.rules.title, isOpen, onToggle }, h('ul', {}, items));
}

function saidOf(state: FootprintPageState): readonly [state: string, progress: string] {
  switch (state.state) {
    case 'reading':
      return [FOOTPRINT.said.reading, readingText(state)];
    case 'failed':
      return [FOOTPRINT.said.failed(state.error?.message ?? ''), ''];
    default:
      return [FOOTPRINT.said[state.state], ''];
  }
}

/** The footprint page: draws what the host says, and keeps what a person did to it. */
export function createFootprintPage(tools: PageTools<FootprintView>): Page<FootprintPageState, FootprintView> {
  const columns = createColumnsPart(tools);

  const content = (state: FootprintPageState, footprint: Footprint, view: FootprintView): Child => [
    footprintTotals(footprint, state.jobName !== null),
    columns.draw(footprint, view),
    h('div', { key: 'pair', class: 'pair' }, sizesSection(footprint), largestSection(footprint)),
    rulesDetails(footprint, view.showsRules, (showsRules) => tools.keep({ showsRules })),
  ];

  return {
    said: saidOf,
    restore: columns.restore,
    draw: (state, view) => {
      const footprint = state.snapshot?.footprint ?? null;
      const isOld = state.state === 'changed' || state.state === 'failed';
      return [
        footprintHeader(state, tools.act),
        footprintBars(state, tools.act),
        footprint === null
          ? null
          : h('div', { key: 'content', class: isOld ? 'content old' : 'content' }, content(state, footprint, view)),
      ];
    },
  };
}
