import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import OpenAI from 'openai';
import type { Batch, BatchCreateParams } from 'openai/resources/batches';
import { startRehearsal, type RehearsalOptions, type RehearsalServer } from '../../src/rehearsal/startRehearsal.ts';

/** No waiting between the states of a batch. */
export const AT_ONCE = { validatingMs: 0, inProgressMs: 0, finalizingMs: 0, cancellingMs: 0 };

export type Endpoint = BatchCreateParams['endpoint'];

export interface Rehearsal {
  readonly folder: string;
  readonly server: RehearsalServer;
  readonly client: OpenAI;
}

/** Runs a body against a fresh rehearsal service and its real client, and leaves nothing behind. */
export async function withRehearsal(
  options: Omit<RehearsalOptions, 'folder'>,
  body: (rehearsal: Rehearsal) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tranche-rehearsal-'));
  const server = await startRehearsal({ timeline: AT_ONCE, ...options, folder });
  try {
    await body({ folder, server, client: clientOf(server) });
  } finally {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The real client, without retries. */
export function clientOf(server: RehearsalServer, headers: Record<string, string> = {}): OpenAI {
  return new OpenAI({ baseURL: server.url, apiKey: 'any', maxRetries: 0, defaultHeaders: headers });
}

/** Lines of chat requests with ids r0, r1, ... */
export function chatLines(count: number, more: Record<string, unknown> = {}): string {
  return linesOf(
    '/v1/chat/completions',
    Array.from({ length: count }, (_, row) => ({ messages: [{ role: 'user', content: `row ${row}` }], ...more })),
  );
}

/** One line for each body, with ids r0, r1, ... and a model where the body has none. */
export function linesOf(url: string, bodies: readonly Record<string, unknown>[]): string {
  return bodies
    .map((body, row) =>
      JSON.stringify({ custom_id: `r${row}`, method: 'POST', url, body: { model: 'gpt-4o-mini', ...body } }),
    )
    .join('\n');
}

/** Uploads lines as a batch input file. */
export function uploadLines(client: OpenAI, lines: string): Promise<OpenAI.FileObject> {
  return client.files.create({ purpose: 'batch', file: new File([lines], 'input.jsonl') });
}

/** Uploads lines and makes a batch of them; `fault` strikes the creation only. */
export async function submit(
  client: OpenAI,
  lines: string,
  { endpoint = '/v1/chat/completions', fault }: { endpoint?: Endpoint; fault?: string } = {},
): Promise<Batch> {
  const file = await uploadLines(client, lines);
  const headers = fault === undefined ? {} : { 'x-rehearsal-fault': fault };
  return client.batches.create({ input_file_id: file.id, endpoint, completion_window: '24h' }, { headers });
}

/** Polls until the batch is in one of the states. */
export async function until(client: OpenAI, id: string, ...states: readonly Batch['status'][]): Promise<Batch> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const batch = await client.batches.retrieve(id);
    if (states.includes(batch.status)) return batch;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`The batch did not get to ${states.join(' or ')} in time.`);
}

/** Polls until the batch has ended, in whatever way. */
export function untilEnded(client: OpenAI, id: string): Promise<Batch> {
  return until(client, id, 'completed', 'failed', 'expired', 'cancelled');
}

export interface OutputLine {
  readonly id: string;
  readonly custom_id: string;
  readonly response: { readonly status_code: number; readonly request_id: string; readonly body: never } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** The parsed lines of an output or error file; none for a missing id. */
export async function download(client: OpenAI, id: string | null | undefined): Promise<OutputLine[]> {
  if (id === null || id === undefined || id === '') return [];
  const text = await (await client.files.content(id)).text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as OutputLine);
}
