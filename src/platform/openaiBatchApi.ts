import { OpenAI } from 'openai';
import type { BatchCreateParams } from 'openai/resources/batches';
import { throwIfAborted } from '../core/errors.ts';
import type { BatchApi, RemoteBatch, RemoteFile, UploadRequest } from '../core/submit/batchApi.ts';
import { downloadFile } from './openaiDownload.ts';
import { clean, incomplete, noList, providerError, unclear, type ServiceFacts } from './openaiErrors.ts';
import { remoteBatch, remoteFile } from './openaiShapes.ts';
import { linkedSignal } from './openaiSignal.ts';
import { uploadForm } from './openaiUpload.ts';
import type { ServiceFetch } from './proxyFetch.ts';

/** One batch service that speaks OpenAI's way, and the key for it. */
export interface OpenaiService {
  /** With the version: `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  /** Null for services that want none. */
  readonly apiKey: string | null;
  /** The environment variable the key came from, the only thing error sentences say of it; null without a key. */
  readonly keyName: string | null;
  readonly project: string | null;
  readonly organization: string | null;
  /** Life of uploaded inputs: 3600 to 2592000 s at OpenAI; null leaves it to the service. */
  readonly inputExpiresAfterSeconds: number | null;
}

const CALL_MS = 120_000;
const UPLOAD_MS = 300_000;
const SLOWEST_BYTES_PER_MS = 25;
const STALL_MS = 120_000;
const MAX_LISTED = 1_000_000;
const PAGE = 100;

/** The service behind the port, called by Node's own `fetch` or another. Nothing is retried here: who calls knows what may be sent twice. */
export function openOpenaiBatchApi(service: OpenaiService, way: ServiceFetch | null = null): BatchApi {
  const facts: ServiceFacts = { ...service, proxyHost: way?.proxyHost ?? null };
  const client = withoutCustomHeaders(() => openClient(service, way));
  const call = caller(facts);
  const batchOf = (value: unknown): RemoteBatch => remoteBatch(value, (text) => clean(text, facts));
  return {
    upload: (request, onSent, signal) => upload(client, service, facts, request, onSent, signal),
    findUploaded: (name, sizeBytes, sinceMs, signal) =>
      call('the list of files', signal, async (own) => {
        const query = { purpose: 'batch', limit: 1000, order: 'desc' } as const;
        for await (const file of unrepeated(client.files.list(query, { signal: own }))) {
          const found = remoteFile(file);
          if (found.name === name && found.sizeBytes === sizeBytes) return found;
          if (found.createdAtMs !== 0 && found.createdAtMs < sinceMs) return null;
        }
        return null;
      }),
    createBatch: ({ inputFileId, endpoint, metadata }, signal) =>
      call('the creation of a batch', signal, async (own) => {
        const batch = await client.batches.create(
          {
            input_file_id: inputFileId,
            endpoint: endpoint as BatchCreateParams['endpoint'],
            completion_window: '24h',
            metadata,
          },
          { maxRetries: 0, signal: own },
        );
        return batchOf(batch);
      }),
    listBatches: (signal) => listBatches(client, facts, batchOf, signal),
    retrieveBatch: (id, signal) =>
      call(`the look at batch ${id}`, signal, async (own) =>
        batchOf(await client.batches.retrieve(id, { signal: own })),
      ),
    cancelBatch: (id, signal) =>
      call(`the cancelling of batch ${id}`, signal, async (own) =>
        batchOf(await client.batches.cancel(id, { signal: own })),
      ),
    download: (fileId, signal) => downloadFile(client, fileId, facts, signal),
  };
}

/** Everything is said explicitly, so that no OPENAI_* variable can send the key elsewhere. */
function openClient(service: OpenaiService, way: ServiceFetch | null): OpenAI {
  return new OpenAI({
    ...(way === null ? {} : { fetch: way.fetch }),
    apiKey: service.apiKey ?? 'none',
    adminAPIKey: null,
    baseURL: service.baseUrl,
    organization: service.organization,
    project: service.project,
    webhookSecret: null,
    maxRetries: 0,
    timeout: CALL_MS,
    logLevel: 'off',
  });
}

/** The client would send the headers of this variable to every service, in place of ours; it reads it only while it is made. */
function withoutCustomHeaders<T>(make: () => T): T {
  const { OPENAI_CUSTOM_HEADERS: kept } = process.env;
  delete process.env['OPENAI_CUSTOM_HEADERS'];
  try {
    return make();
  } finally {
    if (kept !== undefined) process.env['OPENAI_CUSTOM_HEADERS'] = kept;
  }
}

type Call = <T>(what: string, signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>) => Promise<T>;

function caller(facts: ServiceFacts): Call {
  return async (what, signal, run) => {
    throwIfAborted(signal);
    const link = linkedSignal(signal);
    try {
      return await run(link.signal);
    } catch (error) {
      throwIfAborted(signal);
      throw providerError(error, what, facts);
    } finally {
      link.unlink();
    }
  };
}

async function upload(
  client: OpenAI,
  service: OpenaiService,
  facts: ServiceFacts,
  request: UploadRequest,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<RemoteFile> {
  const what = `the upload of ${request.name}`;
  const link = linkedSignal(signal);
  let stalled = false;
  const stall = setTimeout(() => {
    stalled = true;
    link.abort();
  }, STALL_MS);
  try {
    throwIfAborted(signal);
    const form = await uploadForm(request, fieldsOf(service), (bytes) => {
      if (bytes < request.sizeBytes) stall.refresh();
      else clearTimeout(stall); // what the service does with it may take long
      onSent(bytes);
    });
    const file = await client.post('/files', {
      body: form.stream,
      headers: { 'content-type': form.contentType, 'content-length': String(form.bytes) },
      maxRetries: 0,
      timeout: UPLOAD_MS + Math.ceil(form.bytes / SLOWEST_BYTES_PER_MS),
      signal: link.signal,
      fetchOptions: { redirect: 'error' }, // otherwise Node keeps the whole body to send it again: nodejs/undici issue 4058
    });
    return remoteFile(file);
  } catch (error) {
    throwIfAborted(signal);
    if (stalled) throw unclear(`No byte moved for two minutes during ${what}.`);
    throw providerError(error, what, facts, request.body.kind === 'file');
  } finally {
    clearTimeout(stall);
    link.unlink();
  }
}

function fieldsOf({ inputExpiresAfterSeconds }: OpenaiService): [string, string][] {
  const purpose: [string, string] = ['purpose', 'batch'];
  if (inputExpiresAfterSeconds === null) return [purpose];
  return [
    purpose,
    ['expires_after[anchor]', 'created_at'],
    ['expires_after[seconds]', String(inputExpiresAfterSeconds)],
  ];
}

async function* listBatches(
  client: OpenAI,
  facts: ServiceFacts,
  batchOf: (value: unknown) => RemoteBatch,
  signal: AbortSignal,
): AsyncGenerator<RemoteBatch> {
  throwIfAborted(signal);
  const link = linkedSignal(signal);
  try {
    yield* batchPages(client, facts, batchOf, link.signal);
  } catch (error) {
    throwIfAborted(signal);
    throw providerError(error, 'the list of batches', facts);
  } finally {
    link.unlink();
  }
}

/** Walks the pages by itself: the client takes anything, a login page too, for an empty list. */
async function* batchPages(
  client: OpenAI,
  facts: ServiceFacts,
  batchOf: (value: unknown) => RemoteBatch,
  signal: AbortSignal,
): AsyncGenerator<RemoteBatch> {
  const seen = new Set<string>();
  for (let after: string | null = null; ;) {
    const query = after === null ? { limit: PAGE } : { limit: PAGE, after };
    const page: unknown = await client.get('/batches', { query, signal });
    const { data, has_more: hasMore } = (page ?? {}) as { data?: unknown; has_more?: unknown };
    if (!Array.isArray(data)) throw noList(facts);
    const before = seen.size;
    for (const value of data as unknown[]) {
      const batch = batchOf(value);
      after = batch.id;
      if (seen.has(batch.id)) continue;
      seen.add(batch.id);
      yield batch;
    }
    if (hasMore !== true) {
      if (typeof hasMore !== 'boolean' && data.length >= PAGE) throw incomplete(facts);
      return;
    }
    if (seen.size - before < Math.max(1, data.length) || seen.size >= MAX_LISTED) throw incomplete(facts);
  }
}

/** Ends when a service begins its list again or never ends it. */
async function* unrepeated<T extends { id: string }>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const seen = new Set<string>();
  for await (const item of items) {
    if (seen.has(item.id) || seen.size >= MAX_LISTED) return;
    seen.add(item.id);
    yield item;
  }
}
