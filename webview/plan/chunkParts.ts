import { createGrid, type GridColumn } from '../ui/grid.ts';
import { h, type Child } from '../ui/h.ts';
import { section } from '../ui/section.ts';
import type { Plan, PlannedChunk } from '../ui/shapes.ts';
import { countText } from '../../src/protocol/numberTexts.ts';
import { createChunkBars } from './chunkBars.ts';
import { chunkGridColumns } from './chunkGrid.ts';
import { closedByMark, CLOSED_BY } from './closedByMark.ts';
import type { PlanPart, PlanTools } from './planView.ts';
import { PLAN } from './strings.ts';

const MOST_ROWS = 14;

function legend({ chunks }: Plan): Child {
  const counts = new Map(CLOSED_BY.map((closedBy) => [closedBy, 0]));
  for (const { closedBy } of chunks) counts.set(closedBy, (counts.get(closedBy) ?? 0) + 1);
  return [...counts].map(([closedBy, count]) => (count === 0 ? null : closedByMark(closedBy, ` ${countText(count)}`)));
}

const keyOf = ({ index }: PlannedChunk): string => String(index);

/** The chunks as bars and as a table; what is selected in one is selected in the other. */
export function createChunkParts({ keep, act }: PlanTools): PlanPart {
  const grid = createGrid<PlannedChunk>('files', MOST_ROWS, {
    onSort: (sort) => keep({ sort }),
    onSelect: (selected) => keep({ selected }),
    onOpen: (key) => act({ do: 'preview', chunk: Number(key) }),
    onScroll: (topPx) => keep({ topPx }),
  });
  let shown: Plan | null = null;
  let columns: readonly GridColumn<PlannedChunk>[] = [];
  const bars = createChunkBars({
    onSelect: (position) => {
      const chunk = shown?.chunks[position];
      if (chunk === undefined) return;
      keep({ selected: keyOf(chunk) });
      grid.reveal(keyOf(chunk));
    },
    onOpen: (position) => {
      const chunk = shown?.chunks[position];
      if (chunk !== undefined) act({ do: 'preview', chunk: chunk.index });
    },
  });
  grid.element.setAttribute('aria-describedby', 'files-note');
  return {
    restore: ({ topPx }) => grid.scrollTo(topPx),
    draw: ({ plan }, { sort, selected }) => {
      if (plan.chunks.length === 0) return null;
      if (plan !== shown) columns = chunkGridColumns(plan.limits);
      shown = plan;
      const position = plan.chunks.findIndex((chunk) => keyOf(chunk) === selected);
      const side = legend(plan);
      const note = PLAN.chart.note;
      bars.update({ plan, selected: position < 0 ? null : position });
      grid.update({ label: PLAN.files.title, columns, rows: plan.chunks, keyOf, sort, selected });
      return [
        section({ id: 'chart', title: PLAN.chart.title, note, side }, bars.element),
        section(
          { id: 'files', title: PLAN.files.title, note: PLAN.files.hint },
          h('div', { class: 'framed' }, grid.element),
        ),
      ];
    },
  };
}
