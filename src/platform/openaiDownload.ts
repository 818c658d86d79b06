import type { OpenAI } from 'openai';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTrancheError, throwIfAborted, TrancheError } from '../core/errors.ts';
import { faultOf } from '../core/submit/providerError.ts';
import { providerError, unclear, type ServiceFacts } from './openaiErrors.ts';
import { linkedSignal } from './openaiSignal.ts';

/** How a download is gone on with: after growing pauses, until nothing has come for too long. */
export interface DownloadPatience {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  readonly patienceMs: number;
}

const PATIENCE: DownloadPatience = { firstPauseMs: 500, longestPauseMs: 60_000, patienceMs: 1_800_000 };
/** Failures in a row before the first byte: whoever asked can ask again and loses nothing. */
const MAX_FIRST_FAILURES = 5;

interface Progress {
  got: number;
  /** Null until an answer says it. */
  total: number | null;
}

/**
 * The whole content of a file: after a broken connection the rest is asked for by range, or, where the service
 * knows no ranges, the beginning is passed over; ends only when as many bytes came as were announced.
 */
export async function* downloadFile(
  client: OpenAI,
  fileId: string,
  service: ServiceFacts,
  signal: AbortSignal,
  { firstPauseMs, longestPauseMs, patienceMs }: DownloadPatience = PATIENCE,
): AsyncGenerator<Uint8Array> {
  const progress: Progress = { got: 0, total: null };
  let failures = 0;
  let cameAtMs = Date.now();
  for (;;) {
    const before = progress.got;
    try {
      yield* rest(client, fileId, progress, signal);
      return;
    } catch (error) {
      throwIfAborted(signal);
      const failure = providerError(error, `the download of file ${fileId}`, service);
      if (faultOf(failure)?.status === 416 && before > 0 && progress.total === before) return;
      if (progress.got > before) {
        cameAtMs = Date.now();
        failures = 0;
      }
      failures++;
      const isOver = progress.got === 0 ? failures > MAX_FIRST_FAILURES : Date.now() - cameAtMs > patienceMs;
      if (isOver || !mayGoOn(failure, progress)) throw failure;
      const growingMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures - 1, 30));
      const pauseMs = Math.max(growingMs, faultOf(failure)?.retryAfterMs ?? 0);
      await sleep(pauseMs, undefined, { signal }).catch(() => throwIfAborted(signal));
    }
  }
}

function mayGoOn(failure: Error, { got }: Progress): boolean {
  return isTrancheError(failure, 'network') || (got > 0 && faultOf(failure)?.mayPass === true);
}

async function* rest(
  client: OpenAI,
  fileId: string,
  progress: Progress,
  outer: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const from = progress.got;
  const link = linkedSignal(outer);
  try {
    const headers = from > 0 ? { Range: `bytes=${from}-` } : {};
    const response = await client.files.content(fileId, { headers, maxRetries: 0, signal: link.signal });
    const isRange = response.status === 206;
    noteTotal(progress, response, isRange ? from : 0, fileId);
    let toSkip = isRange ? 0 : from;
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      const kept = piece.subarray(Math.min(toSkip, piece.length));
      toSkip -= piece.length - kept.length;
      if (kept.length === 0) continue;
      progress.got += kept.length;
      yield kept;
    }
    if (progress.total !== null && progress.got !== progress.total) {
      throw unclear(`File ${fileId} came with ${progress.got} of ${progress.total} bytes.`);
    }
    if (toSkip > 0) throw unclear(`File ${fileId} came shorter the second time.`);
  } finally {
    link.abort(); // frees the connection when the reader stops early
    link.unlink();
  }
}

function noteTotal(progress: Progress, { headers }: Response, rangeFrom: number, fileId: string): void {
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '');
  if (rangeFrom > 0 && range !== null && Number(range[1]) !== rangeFrom) {
    throw unclear(`The service sent another part of file ${fileId} than was asked for.`);
  }
  const isPacked = (headers.get('content-encoding') ?? 'identity') !== 'identity';
  const length = isPacked ? null : headers.get('content-length');
  const ofLength = length === null ? null : rangeFrom + Number(length);
  const total = range === null ? ofLength : Number(range[2]);
  if (total === null || !Number.isSafeInteger(total)) return;
  if (progress.total !== null && progress.total !== total) {
    throw new TrancheError(
      'changed',
      `File ${fileId} changed its size while it was downloaded; resume to fetch it again.`,
    );
  }
  progress.total = total;
}
