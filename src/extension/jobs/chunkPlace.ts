import type { ChunkRows } from '../../protocol/engineProtocol.ts';
import { countText } from '../../protocol/numberTexts.ts';

/** Which chunk of which plan: all that is needed to read it again. */
export interface ChunkPlace {
  readonly jobPath: string;
  readonly planHash: string;
  readonly chunk: ChunkRows;
}

/** Name of a document with the first lines of a chunk: it says if there are more, since the text cannot. */
export function chunkTitle(jobName: string, index: number, shown: number, requests: number): string {
  const part = shown < requests ? ` (first ${countText(shown)} of ${countText(requests)} lines)` : '';
  return `${jobName} chunk ${index}${part}.jsonl`;
}

export function chunkQuery({ jobPath, planHash, chunk: { index, firstRow, endRow } }: ChunkPlace): string {
  return JSON.stringify([jobPath, planHash, index, firstRow, endRow]);
}

/** The chunk a document's address names; null where it names none. */
export function chunkPlaceOf(query: string): ChunkPlace | null {
  const parts = parsed(query);
  const [jobPath, planHash, index, firstRow, endRow] = Array.isArray(parts) ? (parts as unknown[]) : [];
  if (typeof jobPath !== 'string' || typeof planHash !== 'string') return null;
  if (typeof index !== 'number' || typeof firstRow !== 'number' || typeof endRow !== 'number') return null;
  return { jobPath, planHash, chunk: { index, firstRow, endRow } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an address that somebody made up
  }
}
