import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { ApiError, errorBody } from './apiError.ts';
import { isObject, parseJson, type JsonObject } from './json.ts';

const MAX_JSON_BYTES = 1024 * 1024;

/** Answers with JSON and the status. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
  response.end(bytes);
}

/** Answers any thrown value in the service's error shape; what is not an ApiError is a 500. */
export function sendError(response: ServerResponse, error: unknown): void {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, `The rehearsal service failed: ${error instanceof Error ? error.message : String(error)}`);
  sendJson(response, known.status, errorBody(known.status, known.message, known.param, known.code), known.headers);
}

/** The JSON object a request carries, of at most 1 MiB. */
export async function readJson(request: IncomingMessage): Promise<JsonObject> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes <= MAX_JSON_BYTES) pieces.push(piece);
  }
  if (bytes > MAX_JSON_BYTES) throw new ApiError(413, 'The body is too large.');
  const value = parseJson(Buffer.concat(pieces).toString('utf8'));
  if (!isObject(value)) throw new ApiError(400, 'The body of the request is not a JSON object.');
  return value;
}

interface ByteRange {
  /** Half-open. */
  readonly start: number;
  readonly end: number;
}

/** Streams a file, or the one range asked for as 206; with `share` below 1 the connection is cut after that share of the bytes. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: { path: string; bytes: number; filename: string },
  share: number,
): Promise<void> {
  const range = rangeOf(request.headers.range, file.bytes);
  const { start, end } = range ?? { start: 0, end: file.bytes };
  response.writeHead(range === null ? 200 : 206, {
    'content-type': 'application/octet-stream',
    'content-length': end - start,
    'content-disposition': `attachment; filename="${file.filename.replace(/[^\w.-]/g, '_')}"`,
    'accept-ranges': 'bytes',
    ...(range === null ? {} : { 'content-range': `bytes ${start}-${end - 1}/${file.bytes}` }),
  });
  const cut = share < 1 ? start + Math.floor((end - start) * share) : end;
  if (cut > start) {
    const source = createReadStream(file.path, { start, end: cut - 1 });
    await pipeline(source, response, { end: cut === end });
  } else if (cut === end) {
    response.end();
  }
  if (cut < end) await dropAfterFlush(response);
}

async function dropAfterFlush(response: ServerResponse): Promise<void> {
  await new Promise<void>((resolve) => {
    response.write('', () => resolve());
  });
  response.destroy();
}

function rangeOf(header: string | undefined, bytes: number): ByteRange | null {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [first, last] = [parts?.[1] ?? '', parts?.[2] ?? ''];
  if (first === '' && last === '') return null;
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  if (start >= bytes || end <= start) {
    throw new ApiError(416, 'The range is outside of the file.', { headers: { 'content-range': `bytes */${bytes}` } });
  }
  return { start, end };
}
