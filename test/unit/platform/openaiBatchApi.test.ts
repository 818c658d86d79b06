import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BatchApi } from '../../../src/core/submit/batchApi.ts';
import { faultOf, isListIncomplete } from '../../../src/core/submit/providerError.ts';
import { json, openHttpServer, type SeenRequest, type TestServer } from '../../support/httpServer.ts';
import { API_KEY as KEY, apiAt, read } from './apiAt.ts';

const signal = new AbortController().signal;
let folder = '';
let server: TestServer | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-api-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function serve(
  answer: (request: SeenRequest, response: ServerResponse, count: number) => void,
): Promise<BatchApi> {
  server = await openHttpServer(answer);
  return apiAt(server.url);
}

const FILE = { id: 'file-1', filename: 'a.jsonl', bytes: 3, created_at: 1_700_000_000, object: 'file' };
const BATCH = { id: 'batch_1', status: 'validating', input_file_id: 'file-1', created_at: 1_700_000_000 };
const REQUEST = { inputFileId: 'file-1', endpoint: '/v1/chat/completions', metadata: { tranche_run: 'r' } };

describe('uploading', () => {
  const content = randomBytes(3_000_001);

  it.each(['file', 'bytes'] as const)('sends a %s byte for byte, with its length, purpose first', async (kind) => {
    const api = await serve((_, response) => json(response, FILE));
    const file = path.join(folder, 'a.jsonl');
    await writeFile(file, content);
    const parts = [content.subarray(0, 7), content.subarray(7, 1_000_000), content.subarray(1_000_000)];
    const sent: number[] = [];
    const body = kind === 'file' ? { kind, path: file } : { kind, parts };
    const request = { name: 'tranche-1.jsonl', sizeBytes: content.length, body };
    expect(await api.upload(request, (bytes) => sent.push(bytes), signal)).toMatchObject({ id: 'file-1' });
    const seen = server?.seen[0];
    const text = seen?.body.toString('latin1') ?? '';
    expect(seen?.headers['content-length']).toBe(String(seen?.body.length));
    expect(seen?.headers['transfer-encoding']).toBeUndefined();
    const names = [...text.matchAll(/name="([^"]+)"/g)].map((match) => match[1]);
    expect(names.slice(0, 4)).toEqual(['purpose', 'expires_after[anchor]', 'expires_after[seconds]', 'file']);
    expect(text).toContain('filename="tranche-1.jsonl"');
    expect(seen?.body.includes(content)).toBe(true);
    expect(sent).toEqual([...sent].sort((a, b) => a - b));
    expect(sent.at(-1)).toBe(content.length);
    expect(sent.length).toBeGreaterThan(8);
  });

  it('refuses a file that is not as long as it was, and one that changes meanwhile', async () => {
    const api = await serve((_, response) => json(response, FILE));
    const file = path.join(folder, 'a.jsonl');
    await writeFile(file, content);
    const request = { name: 'a.jsonl', sizeBytes: content.length - 1, body: { kind: 'file', path: file } as const };
    await expect(api.upload(request, () => undefined, signal)).rejects.toMatchObject({ code: 'changed' });
    let isFirst = true;
    const grow = (): void => {
      if (isFirst) void appendFile(file, 'x');
      isFirst = false;
    };
    const whole = { ...request, sizeBytes: content.length };
    const outcome = await api.upload(whole, grow, signal).catch((error: { code: string }) => error.code);
    expect(outcome === 'changed' || (outcome as { id: string }).id === 'file-1').toBe(true);
  });

  it('says which file cannot be read', async () => {
    const api = await serve((_, response) => json(response, FILE));
    const request = { name: 'a.jsonl', sizeBytes: 1, body: { kind: 'file', path: path.join(folder, 'none') } as const };
    await expect(api.upload(request, () => undefined, signal)).rejects.toMatchObject({ code: 'disk' });
  });

  it('stops at once when it is told to', async () => {
    const api = await serve(() => undefined);
    const stop = new AbortController();
    const request = { name: 'a.jsonl', sizeBytes: 3, body: { kind: 'bytes', parts: [Buffer.from('abc')] } as const };
    const sending = api.upload(request, () => setTimeout(() => stop.abort(), 20), stop.signal);
    await expect(sending).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('finds an upload again by name and size, over several pages', async () => {
    const api = await serve((request, response) => {
      const isFirst = !request.url.includes('after=');
      const names = isFirst ? ['x.jsonl', 'y.jsonl'] : ['a.jsonl', 'a.jsonl'];
      const data = names.map((filename, at) => ({
        ...FILE,
        id: `file-${isFirst ? 'p' : 'q'}${at}`,
        filename,
        bytes: 2 + at,
      }));
      json(response, { object: 'list', data, has_more: isFirst });
    });
    expect(await api.findUploaded('a.jsonl', 3, 0, signal)).toMatchObject({
      id: 'file-q1',
      name: 'a.jsonl',
      sizeBytes: 3,
    });
    expect(await api.findUploaded('a.jsonl', 9, 0, signal)).toBeNull();
    expect(server?.seen[0]?.url).toContain('purpose=batch');
    expect(server?.seen).toHaveLength(4);
    expect(await api.findUploaded('a.jsonl', 3, FILE.created_at * 1000 + 1, signal)).toBeNull();
    expect(server?.seen).toHaveLength(5);
  });
});

describe('creating a batch', () => {
  it('sends file, endpoint, window and metadata', async () => {
    const api = await serve((_, response) => json(response, BATCH));
    expect(await api.createBatch(REQUEST, signal)).toMatchObject({ id: 'batch_1', status: 'validating' });
    expect(JSON.parse(server?.seen[0]?.body.toString() ?? '')).toEqual({
      input_file_id: 'file-1',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
      metadata: { tranche_run: 'r' },
    });
  });

  it.each([
    ['a dropped connection', (response: ServerResponse) => response.destroy()],
    ['a status 500', (response: ServerResponse) => json(response, { error: { message: 'oops' } }, 500)],
    ['a status 409', (response: ServerResponse) => json(response, {}, 409)],
    ['an answer that is no batch', (response: ServerResponse) => json(response, { hello: 1 })],
    [
      'an answer that is no JSON',
      (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
    ],
  ])('is tried once and counts as unclear after %s', async (_, answer) => {
    const api = await serve((__, response) => void answer(response));
    await expect(api.createBatch(REQUEST, signal)).rejects.toMatchObject({ code: 'network' });
    expect(server?.seen).toHaveLength(1);
  });

  it.each([
    [401, 'noKey', 'does not accept the key from MY_API_KEY'],
    [403, 'refusedByProvider', 'does not allow the creation of a batch with the key from MY_API_KEY'],
    [404, 'refusedByProvider', "check the base URL and the key's project"],
    [413, 'refusedByProvider', 'lower limits.maxBytes'],
    [400, 'refusedByProvider', 'refused the creation of a batch (status 400): You sent'],
    [429, 'refusedByProvider', 'asks to wait'],
  ])('tells a refusal with status %i as %s', async (status, code, words) => {
    const api = await serve((_, response) => json(response, { error: { message: 'You sent nonsense' } }, status));
    const error: unknown = await api.createBatch(REQUEST, signal).catch((one: unknown) => one);
    expect(error).toMatchObject({ code, message: expect.stringContaining(words) as string });
    expect(faultOf(error)).toMatchObject({ status, mayPass: status === 429 });
    expect(server?.seen).toHaveLength(1);
  });

  it('does not wait for an account that is used up', async () => {
    const body = { error: { message: 'You exceeded your current quota', code: 'insufficient_quota' } };
    const api = await serve((_, response) => json(response, body, 429));
    const error: unknown = await api.createBatch(REQUEST, signal).catch((one: unknown) => one);
    expect(error).toMatchObject({
      code: 'refusedByProvider',
      message: expect.stringContaining('no quota left') as string,
    });
    expect(faultOf(error)).toMatchObject({ status: 429, mayPass: false });
  });

  it('keeps the time to wait that the service names', async () => {
    const api = await serve((_, response, count) =>
      json(response, {}, 429, count === 1 ? { 'retry-after': '7' } : { 'retry-after-ms': '250' }),
    );
    const wait = async (): Promise<unknown> =>
      faultOf(await api.createBatch(REQUEST, signal).catch((one: unknown) => one))?.retryAfterMs;
    expect(await wait()).toBe(7000);
    expect(await wait()).toBe(250);
  });

  it('does not follow its upload to another address', async () => {
    const api = await serve((_, response) =>
      response.writeHead(307, { location: 'http://127.0.0.1:9/v1/files' }).end(),
    );
    const request = { name: 'a.jsonl', sizeBytes: 3, body: { kind: 'bytes', parts: [Buffer.from('abc')] } as const };
    await expect(api.upload(request, () => undefined, signal)).rejects.toMatchObject({
      code: 'refusedByProvider',
      message: expect.stringContaining('another address') as string,
    });
  });
});

describe('secrets', () => {
  it.each([400, 401, 403, 404, 429, 500])('never shows the key, even if a status %i echoes it', async (status) => {
    const api = await serve((request, response) =>
      json(
        response,
        { error: { message: `Bad: ${request.headers.authorization} ${KEY} sk-other-abcdefgh`, code: KEY } },
        status,
      ),
    );
    const calls = [
      () => api.createBatch(REQUEST, signal),
      () => api.retrieveBatch('batch_1', signal),
      () => read(api.download('file-1', AbortSignal.timeout(300))),
      () => api.upload({ name: 'a.jsonl', sizeBytes: 0, body: { kind: 'bytes', parts: [] } }, () => undefined, signal),
    ];
    for (const call of calls) {
      const error: unknown = await call().catch((one: unknown) => one);
      const shown = `${inspect(error, { depth: 20, showHidden: true })}${JSON.stringify(error)}${String(error)}`;
      expect(shown).not.toContain('abcdefgh');
      expect(error).toBeInstanceOf(Error);
    }
  });

  it('sends the key only where the provider is set up to be, whatever the environment says', async () => {
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9/v1');
    vi.stubEnv('OPENAI_ORG_ID', 'org-x');
    vi.stubEnv('OPENAI_PROJECT_ID', 'proj-x');
    vi.stubEnv('OPENAI_API_KEY', 'sk-environment');
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'Authorization: Bearer sk-other\nX-Secret: s');
    const api = await serve((_, response) => json(response, BATCH));
    await api.createBatch(REQUEST, signal);
    const headers = server?.seen[0]?.headers ?? {};
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
    expect(headers['x-secret']).toBeUndefined();
    expect(process.env['OPENAI_CUSTOM_HEADERS']).toContain('X-Secret');
    expect(headers['openai-organization']).toBeUndefined();
    expect(headers['openai-project']).toBeUndefined();
  });
});

describe('no connection', () => {
  it('says that nothing answers at the address', async () => {
    const api = await serve(() => undefined);
    const url = server?.url ?? '';
    await server?.close();
    await expect(api.createBatch(REQUEST, signal)).rejects.toMatchObject({
      code: 'network',
      message: `Nothing answers at ${url}; check that the service runs there.`,
    });
  });

  it('says that a name is not known', async () => {
    await expect(apiAt('https://batches.invalid/v1').createBatch(REQUEST, signal)).rejects.toThrow(
      'The name batches.invalid cannot be found',
    );
  });

  it('says that a service does not speak TLS', async () => {
    await serve(() => undefined);
    const url = (server?.url ?? '').replace('http:', 'https:');
    await expect(apiAt(url).createBatch(REQUEST, signal)).rejects.toThrow('does not answer in TLS');
  });
});

describe('looking', () => {
  it('reads every dialect of a batch', async () => {
    const api = await serve((_, response) =>
      json(response, {
        ...BATCH,
        status: 'In_Progress',
        created_at: '2026-11-24T06:00:00Z',
        output_file_id: '',
        error_file_id: null,
        request_counts: null,
        errors: { data: [{ code: 'token_limit_exceeded', message: 'full', line: null }, 'x', { line: 7 }] },
        metadata: { a: 'b', c: 1 },
        usage: { input_tokens: 5, input_tokens_details: { cached_tokens: 2 }, output_tokens: 3, total_tokens: 8 },
      }),
    );
    expect(await api.retrieveBatch('batch_1', signal)).toEqual({
      id: 'batch_1',
      status: 'in_progress',
      inputFileId: 'file-1',
      outputFileId: null,
      errorFileId: null,
      counts: null,
      errors: [
        { code: 'token_limit_exceeded', message: 'full', line: null },
        { code: null, message: 'The batch failed without a reason.', line: null },
        { code: null, message: 'The batch failed without a reason.', line: 7 },
      ],
      createdAtMs: Date.parse('2026-11-24T06:00:00Z'),
      metadata: { a: 'b' },
      usage: { inputTokens: 5, cachedTokens: 2, outputTokens: 3 },
    });
  });

  it('lists in pages of 100, only as far as it is read, and ends when a service repeats itself', async () => {
    const api = await serve((request, response) => {
      const after = Number(/after=b(\d+)/.exec(request.url)?.[1] ?? -1);
      const from = Math.min(after + 1, 200);
      const data = Array.from({ length: 100 }, (_, at) => ({ ...BATCH, id: `b${from + at}` }));
      json(response, { object: 'list', data, has_more: true });
    });
    let count = 0;
    for await (const batch of api.listBatches(signal)) {
      count++;
      if (batch.id === 'b50') break;
    }
    expect(count).toBe(51);
    expect(server?.seen).toHaveLength(1);
    expect(server?.seen[0]?.url).toContain('limit=100');
    count = 0;
    const all = async (): Promise<void> => {
      for await (const _ of api.listBatches(signal)) count += _.id === '' ? 0 : 1;
    };
    expect(isListIncomplete(await all().catch((error: unknown) => error))).toBe(true);
    expect(count).toBe(300);
  });

  async function listed(api: BatchApi): Promise<{ ids: string[]; error: unknown }> {
    const ids: string[] = [];
    try {
      for await (const { id } of api.listBatches(signal)) ids.push(id);
    } catch (error) {
      return { ids, error };
    }
    return { ids, error: null };
  }

  it.each([
    ['a login page', 'text/html', '<html>Sign in</html>'],
    ['an object without a list', 'application/json', '{"object":"list"}'],
    ['a list that is none', 'application/json', '{"data":{"a":1}}'],
    ['nothing', 'application/json', 'null'],
  ])('does not take %s for a list without batches', async (_, type, text) => {
    const api = await serve((__, response) => response.writeHead(200, { 'content-type': type }).end(text));
    expect(await listed(api)).toMatchObject({ ids: [], error: { code: 'network' } });
  });

  it.each([
    [100, undefined, true],
    [100, false, false],
    [99, undefined, false],
    [0, true, true],
  ])('knows of %i batches with has_more %s that there may be more: %s', async (count, hasMore, expected) => {
    const data = Array.from({ length: count }, (_, at) => ({ ...BATCH, id: `b${at}` }));
    const api = await serve((_, response) => json(response, { data, has_more: hasMore }));
    const { ids, error } = await listed(api);
    expect(ids).toHaveLength(count);
    expect(isListIncomplete(error)).toBe(expected);
  });
});
