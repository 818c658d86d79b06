import { answerShape, type AnswerShape } from '../../../../src/core/collect/answerSchema.ts';
import type { ByteSink } from '../../../../src/core/collect/byteSink.ts';
import type { AnswerFile, ChunkToJoin } from '../../../../src/core/collect/joinChunk.ts';
import { compileSchema } from '../../../../src/core/collect/jsonSchema.ts';
import { type KeptRows, openKeptRows } from '../../../../src/core/collect/keptRows.ts';
import { openKeptRowsWriter } from '../../../../src/core/collect/keptRowsWriter.ts';
import type { KeptColumn } from '../../../../src/core/model/block.ts';
import type { BodyNode } from '../../../../src/core/model/body.ts';
import type { Column } from '../../../../src/core/model/columnType.ts';
import type { Endpoint, Job } from '../../../../src/core/model/job.ts';
import type { QuarantineReason } from '../../../../src/core/model/outcome.ts';
import type { ByteSource } from '../../../../src/core/ports.ts';

/** A signal that never aborts. */
export const NEVER: AbortSignal = new AbortController().signal;

/** A column of a block as a worker makes it. */
export function keptColumn(values: readonly (string | null)[]): KeptColumn {
  const validity = new Uint8Array(Math.ceil(values.length / 8)).fill(0xff);
  const encoded = values.map((value) => (value === null ? null : new TextEncoder().encode(value)));
  const plain = new Uint8Array(encoded.reduce((sum, bytes) => sum + (bytes === null ? 0 : 4 + bytes.length), 0));
  let [at, nulls] = [0, 0];
  for (const [row, bytes] of encoded.entries()) {
    if (bytes === null) {
      nulls++;
      validity[row >> 3] = (validity[row >> 3] ?? 0) & ~(1 << (row & 7));
      continue;
    }
    new DataView(plain.buffer).setUint32(at, bytes.length, true);
    plain.set(bytes, at + 4);
    at += 4 + bytes.length;
  }
  return { plain, validity: nulls === 0 ? null : validity, nulls };
}

/** A sink that keeps everything. */
export function bytesSink(): ByteSink & { readonly bytes: () => Uint8Array } {
  const parts: Uint8Array[] = [];
  return {
    write: async (bytes) => {
      parts.push(bytes.slice());
    },
    bytes: () => new Uint8Array(Buffer.concat(parts)),
  };
}

/** A file in memory. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    modifiedMs: 0,
    read: async (offset, length) => {
      if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length)) throw new RangeError('read past the end');
      return bytes.slice(offset, offset + length);
    },
    verifyUnchanged: async () => undefined,
    close: async () => undefined,
  };
}

export const noCodecs = {
  unpack: (): Uint8Array => {
    throw new Error('nothing is packed here');
  },
};

/** A row as the render pipeline keeps it. */
export interface Row {
  /** custom_id, then key and carried values. */
  readonly texts: readonly (string | null)[];
  readonly chunk: number;
  readonly reason?: QuarantineReason;
}

/** The bytes of a kept-rows file made of blocks of at most `blockRows` rows. */
export async function keptFile(
  key: readonly Column[],
  carried: readonly Column[],
  rows: readonly Row[],
  blockRows = 1000,
): Promise<Uint8Array> {
  const sink = bytesSink();
  const writer = openKeptRowsWriter(sink, { key, carried });
  for (let from = 0; from < rows.length; from += blockRows) {
    const block = rows.slice(from, from + blockRows);
    const columns = Array.from({ length: 1 + key.length + carried.length }, (_, column) =>
      keptColumn(block.map(({ texts }) => texts[column] ?? null)),
    );
    const skipped = block.flatMap(({ reason }, row) =>
      reason === undefined ? [] : [{ row, reason, detail: `Left out: ${reason}.` }],
    );
    await writer.add(
      block.length,
      columns,
      block.map(({ chunk }) => ({ chunk, rows: 1 })),
      skipped,
    );
  }
  await writer.finish();
  return sink.bytes();
}

/** Kept rows, read back. */
export async function keptRows(
  key: readonly Column[],
  carried: readonly Column[],
  rows: readonly Row[],
): Promise<KeptRows> {
  return openKeptRows(memorySource('keys.parquet', await keptFile(key, carried, rows)), noCodecs, NEVER);
}

/** JSON as a body holds it. */
function bodyOf(value: unknown): BodyNode {
  if (Array.isArray(value)) return { items: value.map(bodyOf) };
  if (typeof value !== 'object' || value === null) return value as BodyNode;
  return { entries: Object.entries(value).map(([key, item]) => [key, bodyOf(item)]) };
}

export function jobOf(endpoint: Endpoint, body: unknown, formats: Job['results']['formats'] = ['parquet']): Job {
  return {
    path: '/jobs/a.tranche.json',
    name: 'a',
    dataset: { uri: '/data/a.parquet', format: null, key: ['id'], limit: null },
    request: { endpoint, model: 'm', body: bodyOf(body), onNull: 'quarantine' },
    limits: { maxBytes: 90_000_000, maxRequests: 50_000, maxTokens: null, oversized: 'quarantine', truncate: {} },
    provider: null,
    budget: { maxUsd: null },
    results: { uri: '/jobs/a.results', columns: [], formats },
  };
}

export function shapeOf(endpoint: Endpoint, body: unknown): AnswerShape {
  return answerShape(jobOf(endpoint, body), compileSchema);
}

/** A file of lines; texts stand as they are, everything else becomes JSON. */
export function answerFile(lines: readonly unknown[], ending = '\n'): AnswerFile {
  const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}${ending}`).join('');
  return { open: async () => memorySource('output.jsonl', new TextEncoder().encode(text)) };
}

export function chunkOf(chunk: number, ...files: AnswerFile[]): ChunkToJoin {
  return { chunk, files, unanswered: { outcome: 'missing', error: 'The provider sent no answer to this row.' } };
}

/** A line with the answer of a chat completion. */
export function chatLine(customId: string, content: unknown, choice: object = {}, message: object = {}): object {
  return {
    id: `batch_req_${customId}`,
    custom_id: customId,
    response: {
      status_code: 200,
      request_id: 'r',
      body: {
        id: 'c',
        object: 'chat.completion',
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content, refusal: null, ...message },
            finish_reason: 'stop',
            ...choice,
          },
        ],
        usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
      },
    },
    error: null,
  };
}

export function bodyLine(customId: string, body: unknown, status = 200): object {
  return { id: 'x', custom_id: customId, response: { status_code: status, request_id: 'r', body }, error: null };
}
