import { randomUUID } from 'node:crypto';
import { openAsBlob } from 'node:fs';
import { TrancheError } from '../core/errors.ts';
import type { UploadBody, UploadRequest } from '../core/submit/batchApi.ts';

/** A multipart form that is made while it is sent; `bytes` is its exact length. */
export interface UploadForm {
  readonly contentType: string;
  readonly bytes: number;
  readonly stream: ReadableStream<Uint8Array>;
}

const PIECE_BYTES = 262_144;

/**
 * The form of one upload, `fields` first and in their order, the file last; nothing of it is held in memory.
 * `onSent` hears the bytes of the file handed to the connection so far. A file of another size is `changed`.
 */
export async function uploadForm(
  { name, sizeBytes, body }: UploadRequest,
  fields: readonly (readonly [string, string])[],
  onSent: (bytes: number) => void,
): Promise<UploadForm> {
  const boundary = `tranche-${randomUUID()}`;
  const encoder = new TextEncoder();
  const head = encoder.encode(
    fields
      .map(([key, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`)
      .join('') +
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/jsonl\r\n\r\n`,
  );
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  const content = await contentOf(body, name, sizeBytes);
  const pieces = (async function* () {
    yield head;
    let sent = 0;
    for await (const piece of content()) {
      yield piece;
      sent += piece.length;
      onSent(sent);
    }
    yield tail;
  })();
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: head.length + sizeBytes + tail.length,
    stream: streamOf(pieces),
  };
}

async function contentOf(
  body: UploadBody,
  name: string,
  sizeBytes: number,
): Promise<() => AsyncIterable<Uint8Array> | Iterable<Uint8Array>> {
  if (body.kind === 'file') {
    const blob = await openBlob(body.path);
    checkSize(blob.size, name, sizeBytes);
    return () => blob.stream();
  }
  checkSize(
    body.parts.reduce((sum, part) => sum + part.length, 0),
    name,
    sizeBytes,
  );
  return function* () {
    for (const part of body.parts) {
      for (let from = 0; from < part.length; from += PIECE_BYTES) yield part.subarray(from, from + PIECE_BYTES);
    }
  };
}

/** The blob refuses to be read once the file has changed. */
async function openBlob(path: string): Promise<Blob> {
  try {
    return await openAsBlob(path); // throws at once what it cannot open
  } catch (error) {
    throw new TrancheError('disk', `The file ${path} cannot be read; render it again.`, error);
  }
}

function checkSize(found: number, name: string, expected: number): void {
  if (found === expected) return;
  throw new TrancheError(
    'changed',
    `The file for ${name} has ${found} bytes instead of ${expected}: it changed since it was rendered.`,
  );
}

/** Asks for a piece only when the connection takes it. */
function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const next = await pieces.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => {
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
