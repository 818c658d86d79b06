import { faultNamed } from './faults.ts';
import type { InputScan } from './inputScan.ts';
import { isTerminal, type BatchLineError, type BatchRecord } from './shapes.ts';
import type { Limits } from './settings.ts';

const USUAL_QUEUE_TOKENS = 2_000_000;

/** Why a scanned batch may not run: what is wrong in its file, or no room in its model's queue beside the batches that run. */
export function refusalsOf(
  record: BatchRecord,
  scan: InputScan,
  others: readonly BatchRecord[],
  limits: Limits,
): readonly BatchLineError[] {
  const forced = faultNamed(record.faults, 'fail-validation')?.value;
  if (forced !== undefined) {
    return [{ code: String(forced), line: 1, message: '[rehearsal] Validation fails on purpose.', param: null }];
  }
  if (scan.errors.length > 0) return scan.errors;
  const message = queueRefusal(record, scan, others, limits);
  return message === null ? [] : [{ code: 'token_limit_exceeded', line: null, message, param: null }];
}

function queueRefusal(
  record: BatchRecord,
  scan: InputScan,
  others: readonly BatchRecord[],
  { queueTokens, queueRequests }: Limits,
): string | null {
  const queued = others.filter(
    ({ shown, inProgressMs }) => inProgressMs !== null && !isTerminal(shown.status) && shown.model === scan.model,
  );
  const tokens = queued.reduce((sum, other) => sum + other.inputTokens, scan.inputTokens);
  const requests = queued.reduce((sum, other) => sum + other.shown.request_counts.total, scan.offsets.length);
  const forced = faultNamed(record.faults, 'queue-full') !== undefined;
  if (forced || (queueTokens !== null && tokens > queueTokens)) {
    return queueMessage('token', scan.model, queueTokens ?? USUAL_QUEUE_TOKENS);
  }
  return queueRequests !== null && requests > queueRequests ? queueMessage('request', scan.model, queueRequests) : null;
}

function queueMessage(kind: 'token' | 'request', model: string | null, limit: number): string {
  const what = `Enqueued ${kind} limit reached for ${model} in organization org-rehearsal.`;
  const end = 'Please try again once some in_progress batches have been completed.';
  return `${what} Limit: ${limit.toLocaleString('en-US')} enqueued ${kind}s. ${end}`;
}
