import { figureText } from '../ui/figureText.ts';
import type { Plan, PlannedChunk } from '../ui/shapes.ts';
import { bytesText, countText, shortCountText } from '../../src/protocol/numberTexts.ts';
import { percentText } from '../ui/units.ts';
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
    PLAN.chart.requests(chunk.requests),
    PLAN.chart.bytes(bytesText(chunk.bytes), percentText(chunk.bytes / maxBytes)),
    PLAN.chart.tokens(figureText(chunk.tokens, shortCountText).value),
    PLAN.chart.closedBy(PLAN.closedByLong[chunk.closedBy]),
  ];
  return parts.join(' · ');
}
