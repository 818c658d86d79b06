import { figureText } from '../ui/figureText.ts';
import type { Plan, PlannedChunk } from '../ui/shapes.ts';
import { bytesText, countText, countedText, percentText, shortCountText } from '../ui/units.ts';
import { PLAN } from './strings.ts';

/** Rows of the dataset a chunk reaches over, counted from 1. */
export function chunkRows({ firstRow, endRow }: PlannedChunk): string {
  if (endRow <= firstRow + 1) return countText(firstRow + 1);
  return `${countText(firstRow + 1)} – ${countText(endRow)}`;
}

/** A chunk in one line. */
export function chunkText(chunk: PlannedChunk, { maxBytes }: Plan['limits']): string {
  const parts = [
    PLAN.chart.chunk(chunk.index),
    countedText(chunk.requests, 'request', 'requests'),
    `${bytesText(chunk.bytes)} (${percentText(chunk.bytes / maxBytes)} of the cap)`,
    `${figureText(chunk.tokens, shortCountText).value} tokens`,
    `closed by ${PLAN.closedByLong[chunk.closedBy]}`,
  ];
  return parts.join(' · ');
}
