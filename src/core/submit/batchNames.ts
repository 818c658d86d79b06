import type { RemoteBatch } from './batchApi.ts';

/** Names one attempt of one chunk of one run. */
export interface AttemptName {
  readonly runId: string;
  readonly chunk: number;
  readonly attempt: number;
}

/** `tranche-<run>-<chunk>-a<attempt>-<first 8 of the hash>.jsonl`: found again by name after an unclear upload. */
export function uploadName(name: AttemptName, sha256: string): string {
  return `tranche-${name.runId}-${String(name.chunk).padStart(4, '0')}-a${name.attempt}-${sha256.slice(0, 8)}.jsonl`;
}

/** What a batch carries so that it can be found again from any machine. */
export function batchMetadata(
  name: AttemptName,
  facts: { sha256: string; rows: number; fence: number; toolVersion: string },
): Record<string, string> {
  return {
    tranche_run: name.runId,
    chunk: String(name.chunk),
    chunk_sha256: facts.sha256,
    rows: String(facts.rows),
    attempt: String(name.attempt),
    fence: String(facts.fence),
    tool_version: facts.toolVersion,
  };
}

/** Whether a listed batch is the attempt's: by its metadata, else by its input file; `unknown` if it shows neither. */
export function isBatchOf(
  batch: RemoteBatch,
  name: AttemptName,
  inputFileId: string,
  earlierBatchIds: readonly string[],
): 'yes' | 'no' | 'unknown' {
  if (earlierBatchIds.includes(batch.id)) return 'no';
  const { tranche_run: run, chunk, attempt } = batch.metadata as Record<string, string | undefined>;
  if (run !== undefined) {
    const same = run === name.runId && chunk === String(name.chunk) && attempt === String(name.attempt);
    return same ? 'yes' : 'no';
  }
  if (batch.inputFileId === null) return 'unknown';
  return batch.inputFileId === inputFileId ? 'yes' : 'no';
}
