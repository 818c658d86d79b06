import { open, rm, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { ApiError } from './apiError.ts';
import { boundaryOf, readForm, type PartHead, type PartSink } from './multipart.ts';

/** An upload whose bytes lie on disk and whose fields have been checked. */
export interface Upload {
  readonly incoming: string;
  readonly filename: string;
  readonly purpose: string;
  readonly expiresAfterSeconds: number | null;
}

const PURPOSES = ['assistants', 'batch', 'fine-tune', 'vision', 'user_data', 'evals'];
const MAX_FIELD_BYTES = 64 * 1024;
const BATCH_LIFE_SECONDS = 30 * 24 * 3600;

/** Streams the file of an upload form to `incoming` and checks the form as the service does; on any error nothing stays on disk. */
export async function receiveUpload(request: IncomingMessage, incoming: string, maxFileBytes: number): Promise<Upload> {
  const boundary = boundaryOf(request.headers['content-type']);
  const sink = new UploadSink(incoming, maxFileBytes);
  try {
    try {
      await readForm(request as AsyncIterable<Buffer>, boundary, sink);
    } finally {
      await sink.close();
    }
    return checked(incoming, sink);
  } catch (error) {
    await rm(incoming, { force: true });
    throw error;
  }
}

class UploadSink implements PartSink {
  readonly fields = new Map<string, string>();
  filename: string | null = null;
  tooLarge = false;
  readonly #incoming: string;
  readonly #maxFileBytes: number;
  #file: FileHandle | null = null;
  #field: { readonly name: string; readonly pieces: Buffer[] } | null = null;
  #bytes = 0;

  constructor(incoming: string, maxFileBytes: number) {
    this.#incoming = incoming;
    this.#maxFileBytes = maxFileBytes;
  }

  begin = async (head: PartHead): Promise<void> => {
    this.#bytes = 0;
    if (head.name !== 'file') {
      this.#field = { name: head.name, pieces: [] };
      return;
    }
    if (this.filename !== null) throw new ApiError(400, 'The form has more than one file.', { param: 'file' });
    this.filename = head.filename ?? '';
    this.#file = await open(this.#incoming, 'w');
  };

  bytes = async (piece: Buffer): Promise<void> => {
    this.#bytes += piece.length;
    if (this.#field !== null) {
      if (this.#bytes > MAX_FIELD_BYTES) throw new ApiError(400, 'A field of the form is too long.');
      this.#field.pieces.push(piece);
      return;
    }
    // The rest of a file that is too large is read, so that the client gets to read the answer.
    if (this.#bytes > this.#maxFileBytes) this.tooLarge = true;
    else await this.#file?.appendFile(piece);
  };

  end = async (): Promise<void> => {
    if (this.#field !== null) this.fields.set(this.#field.name, Buffer.concat(this.#field.pieces).toString('utf8'));
    this.#field = null;
    await this.close();
  };

  close = async (): Promise<void> => {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  };
}

function checked(incoming: string, { fields, filename, tooLarge }: UploadSink): Upload {
  const purpose = fields.get('purpose');
  if (purpose === undefined) throw missing('purpose');
  if (!PURPOSES.includes(purpose)) {
    throw new ApiError(400, `'${purpose.slice(0, 80)}' is not one of ${PURPOSES.join(', ')} - 'purpose'`, {
      param: 'purpose',
    });
  }
  if (filename === null) throw missing('file');
  if (tooLarge) throw new ApiError(400, 'File is too large.', { param: 'file' });
  if (!/^[^\p{Cc}]{1,512}$/u.test(filename)) throw new ApiError(400, 'Invalid file name.', { param: 'file' });
  if (purpose === 'batch' && !filename.endsWith('.jsonl')) {
    throw new ApiError(400, 'Invalid file format for Batch API. Must be .jsonl', { param: 'file' });
  }
  const anchor = fields.get('expires_after[anchor]');
  const text = fields.get('expires_after[seconds]');
  if (anchor === undefined && text === undefined) {
    return { incoming, filename, purpose, expiresAfterSeconds: purpose === 'batch' ? BATCH_LIFE_SECONDS : null };
  }
  return { incoming, filename, purpose, expiresAfterSeconds: expirySeconds('expires_after', anchor, Number(text)) };
}

/** The seconds of an expiry rule: anchor `created_at`, 3600 to 2592000 seconds; anything else is a 400 naming the key. */
export function expirySeconds(param: string, anchor: unknown, seconds: unknown): number {
  if (anchor !== 'created_at') {
    throw new ApiError(400, `Invalid '${param}.anchor': must be 'created_at'.`, { param: `${param}.anchor` });
  }
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 3600 || seconds > 2_592_000) {
    throw new ApiError(400, `Invalid '${param}.seconds': must be from 3600 to 2592000.`, { param: `${param}.seconds` });
  }
  return seconds;
}

function missing(param: string): ApiError {
  return new ApiError(400, `Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' });
}
