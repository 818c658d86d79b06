import type { ChunkState } from './runState.ts';

/** What has to happen next for a chunk; every step ends in an event that leads to another one. */
export type ChunkStep =
  /** Send the rendered bytes. */
  | 'upload'
  /** An upload was begun and its end is not known: look for the file. */
  | 'findUpload'
  | 'create'
  /** A batch was announced and its creation is not known: look for it. Nothing is sent before that is settled. */
  | 'findBatch'
  | 'cancel'
  | 'watch'
  | 'download'
  | 'collect'
  /** The run is cancelled and the chunk has no batch: its rows stay unanswered. */
  | 'collectUnsent'
  | 'nothing';

/** The one decision about a chunk, from what the journal knows alone. */
export function nextStep(chunk: ChunkState, cancelRequested: boolean): ChunkStep {
  if (chunk.rowCounts !== null) return 'nothing';
  if (chunk.end !== null) return chunk.saved === null && hasAnswers(chunk) ? 'download' : 'collect';
  if (chunk.batchId !== null) return cancelRequested && chunk.cancelSentAtMs === null ? 'cancel' : 'watch';
  if (chunk.createIntentAtMs !== null) return 'findBatch';
  if (cancelRequested) return 'collectUnsent';
  if (chunk.fileId !== null) return 'create';
  return chunk.uploadName !== null ? 'findUpload' : 'upload';
}

function hasAnswers(chunk: ChunkState): boolean {
  return chunk.end !== null && (chunk.end.outputFileId !== null || chunk.end.errorFileId !== null);
}
