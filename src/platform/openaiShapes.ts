import type { RemoteBatch, RemoteCounts, RemoteFile, RemoteProblem, RemoteUsage } from '../core/submit/batchApi.ts';

/** A file object as services send it; throws a plain Error when it has no id. */
export function remoteFile(value: unknown): RemoteFile {
  const id = text(field(value, 'id'));
  if (id === null) throw new Error('no file id in the answer');
  return {
    id,
    name: text(field(value, 'filename')) ?? '',
    sizeBytes: count(field(value, 'bytes')),
    createdAtMs: timeMs(field(value, 'created_at')),
  };
}

/** A batch object as services send it, in any known dialect; throws a plain Error when it has no id. */
export function remoteBatch(value: unknown, cleaned: (text: string) => string): RemoteBatch {
  const id = text(field(value, 'id'));
  if (id === null) throw new Error('no batch id in the answer');
  return {
    id,
    status: (text(field(value, 'status')) ?? 'unknown').toLowerCase(),
    inputFileId: text(field(value, 'input_file_id')),
    outputFileId: text(field(value, 'output_file_id')),
    errorFileId: text(field(value, 'error_file_id')),
    counts: counts(field(value, 'request_counts')),
    errors: problems(field(field(value, 'errors'), 'data'), cleaned),
    createdAtMs: timeMs(field(value, 'created_at')),
    metadata: pairs(field(value, 'metadata')),
    usage: usage(field(value, 'usage')),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

/** Empty text counts as none: some services name a file `""` when there is none. */
function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

/** Seconds since the epoch, or ISO 8601; 0 when neither. */
function timeMs(value: unknown): number {
  if (typeof value === 'number') return count(value) * 1000;
  const ms = typeof value === 'string' ? Date.parse(value) : 0;
  return Number.isFinite(ms) ? ms : 0;
}

function counts(value: unknown): RemoteCounts | null {
  if (typeof value !== 'object' || value === null) return null;
  return {
    total: count(field(value, 'total')),
    completed: count(field(value, 'completed')),
    failed: count(field(value, 'failed')),
  };
}

function problems(value: unknown, cleaned: (text: string) => string): RemoteProblem[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 100).map((problem: unknown) => {
    const line = count(field(problem, 'line'));
    const code = text(field(problem, 'code'));
    return {
      code,
      message: cleaned(text(field(problem, 'message')) ?? code ?? 'The batch failed without a reason.'),
      line: line > 0 ? line : null,
    };
  });
}

function pairs(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

function usage(value: unknown): RemoteUsage | null {
  if (typeof value !== 'object' || value === null) return null;
  return {
    inputTokens: count(field(value, 'input_tokens')),
    cachedTokens: count(field(field(value, 'input_tokens_details'), 'cached_tokens')),
    outputTokens: count(field(value, 'output_tokens')),
  };
}
