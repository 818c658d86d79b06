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

function sizesNote({ rowSizes, request }: Footprint): string {
  const what = request === null ? FOOTPRINT.sizes.text : FOOTPRINT.sizes.line;
  return rowSizes?.known === 'estimate' ? `${what} · ${FOOTPRINT.sizes.sample}` : what;
}

function sizes({ rowSizes, rows }: Footprint): Child {
  if (rowSizes !== null && rowSizes.buckets.length > 0) return histogramChart(FOOTPRINT.sizes.label, rowSizes);
  const isEmpty = rows.known === 'exact' && rows.value === 0;
  return h('p', { key: 'none', class: 'dim' }, isEmpty ? FOOTPRINT.sizes.noRows : FOOTPRINT.sizes.none);
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
    h(
      'div',
      { key: 'pair', class: 'pair' },
      section({ id: 'sizes', title: FOOTPRINT.sizes.title, note: sizesNote(footprint) }, sizes(footprint)),
      section(
        {
          id: 'largest',
          title: FOOTPRINT.largest.title,
          note: footprint.stage === 'exact' ? '' : FOOTPRINT.largest.seen,
        },
        largestRows(footprint),
      ),
    ),
    details(
      {
        id: 'rules',
        title: FOOTPRINT.rules.title,
        isOpen: view.showsRules,
        onToggle: (showsRules) => tools.keep({ showsRules }),
      },
      h(
        'ul',
        {},
        footprint.rules.map(({ text }) => h('li', { key: text }, text)),
      ),
    ),
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
