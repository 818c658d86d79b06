import { ApiError } from './apiError.ts';

/** The start of one part of a form. */
export interface PartHead {
  readonly name: string;
  /** The file name, or null for a plain field. */
  readonly filename: string | null;
}

/** Where a form's parts go, in their order; `bytes` is called any number of times between `begin` and `end`. */
export interface PartSink {
  begin: (head: PartHead) => Promise<void>;
  bytes: (piece: Buffer) => Promise<void>;
  end: () => Promise<void>;
}

const MAX_HEAD_BYTES = 16 * 1024;
const MAX_PARTS = 64;
const CRLF = Buffer.from('\r\n');
const HEAD_END = Buffer.from('\r\n\r\n');

/** The boundary of a multipart/form-data content type; anything else is a 400. RFC 2046 allows 1 to 70 characters. */
export function boundaryOf(contentType: string | undefined): string {
  const parts = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^;\s"]{1,70}))(?:\s*;|\s*$)/i.exec(
    contentType ?? '',
  );
  const boundary = parts?.[1] ?? parts?.[2];
  if (boundary === undefined) {
    throw new ApiError(400, 'The request must be multipart/form-data with a boundary.', { code: 'invalid_form' });
  }
  return boundary;
}

/**
 * Reads a multipart/form-data body (RFC 7578) piece by piece and hands its parts to the sink. It holds back no more than a
 * boundary's length of a part, whatever the part's size, and takes no form that is not closed.
 */
export async function readForm(body: AsyncIterable<Buffer>, boundary: string, sink: PartSink): Promise<void> {
  const reader = new FormReader(boundary, sink);
  let problem: Error | undefined;
  // A broken form is read to its end all the same: leaving early would cut the connection before the answer.
  for await (const piece of body) {
    if (problem !== undefined) continue;
    await reader.push(piece).catch((error: unknown) => {
      problem = error instanceof Error ? error : new Error(String(error));
    });
  }
  if (problem !== undefined) throw problem;
  reader.finish();
}

type Place = 'preamble' | 'afterBoundary' | 'head' | 'part' | 'done';

class FormReader {
  readonly #delimiter: Buffer;
  readonly #sink: PartSink;
  #held: Buffer = CRLF;
  #place: Place = 'preamble';
  #parts = 0;

  constructor(boundary: string, sink: PartSink) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
    this.#sink = sink;
  }

  async push(piece: Buffer): Promise<void> {
    if (this.#place === 'done') return;
    this.#held = this.#held.length === 0 ? piece : Buffer.concat([this.#held, piece]);
    let again = true;
    while (again) again = await this.#step();
  }

  finish(): void {
    if (this.#place !== 'done') throw malformed('it ends before its closing boundary');
  }

  async #step(): Promise<boolean> {
    switch (this.#place) {
      case 'preamble':
        return this.#skipPreamble();
      case 'afterBoundary':
        return this.#afterBoundary();
      case 'head':
        return this.#readHead();
      case 'part':
        return this.#readPart();
      case 'done':
        this.#held = Buffer.alloc(0);
        return false;
    }
  }

  #skipPreamble(): boolean {
    const at = this.#held.indexOf(this.#delimiter);
    if (at < 0) {
      if (this.#held.length > MAX_HEAD_BYTES) throw malformed('its first boundary is missing');
      return false;
    }
    this.#moveTo('afterBoundary', at + this.#delimiter.length);
    return true;
  }

  #afterBoundary(): boolean {
    if (this.#held.length < 2) return false;
    const next = this.#held.toString('latin1', 0, 2);
    if (next === '--') this.#moveTo('done', 2);
    else if (next === '\r\n') this.#moveTo('head', 0);
    else throw malformed('a boundary is followed by something else');
    return true;
  }

  async #readHead(): Promise<boolean> {
    const at = this.#held.indexOf(HEAD_END);
    if (at > MAX_HEAD_BYTES || (at < 0 && this.#held.length > MAX_HEAD_BYTES))
      throw malformed('a part head is too long');
    if (at < 0) return false;
    if (++this.#parts > MAX_PARTS) throw malformed('it has too many parts');
    const head = partHead(this.#held.toString('utf8', 0, at));
    this.#moveTo('part', at + CRLF.length);
    // The line end before the part's first byte stays held: an empty part's boundary begins with it.
    await this.#sink.begin(head);
    this.#started = false;
    return true;
  }

  #started = false;

  async #readPart(): Promise<boolean> {
    const at = this.#held.indexOf(this.#delimiter);
    const skip = this.#started ? 0 : CRLF.length;
    if (at >= 0) {
      if (at > skip) await this.#sink.bytes(this.#held.subarray(skip, at));
      await this.#sink.end();
      this.#moveTo('afterBoundary', at + this.#delimiter.length);
      return true;
    }
    const safe = this.#held.length - this.#delimiter.length + 1;
    if (safe <= skip) return false;
    await this.#sink.bytes(this.#held.subarray(skip, safe));
    this.#started = true;
    this.#moveTo('part', safe);
    return false;
  }

  #moveTo(place: Place, consumed: number): void {
    this.#place = place;
    this.#held = this.#held.subarray(consumed);
  }
}

function partHead(text: string): PartHead {
  const disposition = /^content-disposition:(.*)$/im.exec(text)?.[1] ?? '';
  const name = parameter(disposition, 'name');
  if (!/^\s*form-data\s*;/i.test(disposition) || name === null) throw malformed('a part has no name');
  return { name, filename: parameter(disposition, 'filename') };
}

function parameter(disposition: string, name: string): string | null {
  const found = new RegExp(`[;\\s]${name}="((?:[^"\\\\]|\\\\.)*)"`, 'i').exec(disposition);
  return found?.[1]?.replace(/\\(.)/g, '$1').replace(/%22/g, '"').replace(/%0D/gi, '\r').replace(/%0A/gi, '\n') ?? null;
}

function malformed(why: string): ApiError {
  return new ApiError(400, `The form could not be read: ${why}.`, { code: 'invalid_form' });
}
