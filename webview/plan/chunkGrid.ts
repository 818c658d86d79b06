import { figureText } from '../ui/figureText.ts';
import type { GridColumn } from '../ui/grid.ts';
import type { Plan, PlannedChunk } from '../ui/shapes.ts';
import { SHARED } from '../ui/strings.ts';
import { bytesText, countText, shortCountText } from '../../src/protocol/numberTexts.ts';
import { percentText } from '../ui/units.ts';
import { chunkRows } from './chunkText.ts';
import { closedByMark, CLOSED_BY } from './closedByMark.ts';
import { PLAN } from './strings.ts';

const { columns: TITLES } = PLAN.files;

/** The columns of the table of chunks. */
export function chunkGridColumns({ maxBytes }: Plan['limits']): GridColumn<PlannedChunk>[] {
  return [
    {
      id: 'index',
      title: TITLES.index,
      minPx: 62,
      grow: 0,
      cell: ({ index }) => countText(index),
      sortBy: ({ index }) => index,
    },
    {
      id: 'rows',
      title: TITLES.rows,
      minPx: 160,
      grow: 3,
      cell: chunkRows,
      tooltip: chunkRows,
      sortBy: ({ firstRow }) => firstRow,
    },
    {
      id: 'requests',
      title: TITLES.requests,
      minPx: 84,
      grow: 1,
      right: true,
      cell: ({ requests }) => countText(requests),
      sortBy: ({ requests }) => requests,
    },
    {
      id: 'bytes',
      title: TITLES.bytes,
      minPx: 84,
      grow: 1,
      right: true,
      cell: ({ bytes }) => bytesText(bytes),
      tooltip: ({ bytes }) => SHARED.bytes(countText(bytes)),
      sortBy: ({ bytes }) => bytes,
    },
    {
      id: 'ofCap',
      title: TITLES.ofCap,
      hint: PLAN.files.ofCapHint,
      minPx: 80,
      grow: 1,
      right: true,
      cell: ({ bytes }) => percentText(bytes / maxBytes),
      sortBy: ({ bytes }) => bytes,
    },
    {
      id: 'tokens',
      title: TITLES.tokens,
      minPx: 92,
      grow: 1,
      right: true,
      cell: ({ tokens }) => figureText(tokens, shortCountText).value,
      tooltip: ({ tokens }) => figureText(tokens, countText).label,
      sortBy: ({ tokens }) => (tokens.known === 'unknown' ? null : tokens.value),
    },
    {
      id: 'closedBy',
      title: TITLES.closedBy,
      minPx: 116,
      grow: 1,
      cell: ({ closedBy }) => closedByMark(closedBy),
      sortBy: ({ closedBy }) => CLOSED_BY.indexOf(closedBy),
    },
  ];
}
