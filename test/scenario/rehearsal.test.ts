import { describe, expect, it } from 'vitest';
import OpenAI from 'openai';
import type { ChatCompletion } from 'openai/resources/chat/completions';
import type { CreateEmbeddingResponse } from 'openai/resources/embeddings';
import type { Response as ModelResponse } from 'openai/resources/responses/responses';
import {
  AT_ONCE,
  chatLines,
  clientOf,
  download,
  linesOf,
  submit,
  until,
  untilEnded,
  uploadLines,
  withRehearsal,
} from '../support/rehearsal.ts';

describe('files', () => {
  it('gives back the bytes that were uploaded, whole and by range', async () => {
    await withRehearsal({}, async ({ client }) => {
      const text = '{"a":"ü\\r\\n--"}\r\n--boundary\r\n\n';
      const file = await client.files.create({ purpose: 'batch', file: new File([text], 'in "1".jsonl') });
      expect(file).toMatchObject({
        object: 'file',
        bytes: Buffer.byteLength(text),
        filename: 'in "1".jsonl',
        status: 'processed',
      });
      expect(file.id).toMatch(/^file-[0-9a-z]+$/);
      expect(file.expires_at).toBe(file.created_at + 30 * 24 * 3600);
      expect(await (await client.files.content(file.id)).text()).toBe(text);
      const part = await client.files.content(file.id, { headers: { range: 'bytes=3-8' } });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes 3-8/${file.bytes}`);
      expect(Buffer.from(await part.arrayBuffer())).toEqual(Buffer.from(text).subarray(3, 9));
      const tail = await client.files.content(file.id, { headers: { range: 'bytes=5-' } });
      expect(Buffer.from(await tail.arrayBuffer())).toEqual(Buffer.from(text).subarray(5));
      await expect(client.files.content(file.id, { headers: { range: 'bytes=999-' } })).rejects.toMatchObject({
        status: 416,
      });
    });
  });

  it('lists by purpose and page in both orders, and deletes', async () => {
    await withRehearsal({}, async ({ client }) => {
      for (const name of ['a', 'b', 'c']) {
        await client.files.create({ purpose: 'batch', file: new File(['{}'], `${name}.jsonl`) });
      }
      await client.files.create({ purpose: 'user_data', file: new File(['x'], 'notes.txt') });
      const names: string[] = [];
      for await (const file of client.files.list({ purpose: 'batch', limit: 2 })) names.push(file.filename);
      expect(names).toEqual(['c.jsonl', 'b.jsonl', 'a.jsonl']);
      const oldest = await client.files.list({ order: 'asc', limit: 1 });
      expect(oldest.data[0]?.filename).toBe('a.jsonl');
      const [first] = oldest.data;
      expect(await client.files.delete(first?.id ?? '')).toEqual({ id: first?.id, object: 'file', deleted: true });
      await expect(client.files.retrieve(first?.id ?? '')).rejects.toMatchObject({
        status: 404,
        message: expect.stringContaining('No such File object') as string,
      });
    });
  });

  it('keeps the expiry it is given and refuses one out of bounds', async () => {
    await withRehearsal({}, async ({ client }) => {
      const file = () => new File(['{}'], 'a.jsonl');
      const kept = await client.files.create({
        purpose: 'batch',
        file: file(),
        expires_after: { anchor: 'created_at', seconds: 3600 },
      });
      expect(kept.expires_at).toBe(kept.created_at + 3600);
      await expect(
        client.files.create({ purpose: 'batch', file: file(), expires_after: { anchor: 'created_at', seconds: 1 } }),
      ).rejects.toMatchObject({ status: 400, param: 'expires_after.seconds' });
    });
  });

  it('refuses other endings, other purposes and files that are too large, and keeps nothing of them', async () => {
    await withRehearsal({ limits: { maxFileBytes: 1000 } }, async ({ client }) => {
      const upload = (name: string, purpose: string, bytes: number) =>
        client.files.create({ purpose: purpose as 'batch', file: new File(['x'.repeat(bytes)], name) });
      await expect(upload('a.json', 'batch', 1)).rejects.toMatchObject({
        status: 400,
        message: expect.stringContaining('Must be .jsonl') as string,
      });
      await expect(upload('a.jsonl', 'other', 1)).rejects.toMatchObject({ status: 400, param: 'purpose' });
      await expect(upload('a.jsonl', 'batch', 3_000_000)).rejects.toMatchObject({
        status: 400,
        message: expect.stringContaining('File is too large.') as string,
      });
      expect((await client.files.list()).data).toEqual([]);
    });
  });
});

describe('batches', () => {
  it('runs a batch through its states to answers in another order, one for each row', async () => {
    const timeline = { validatingMs: 400, inProgressMs: 700, finalizingMs: 400, cancellingMs: 0 };
    await withRehearsal({ timeline }, async ({ client }) => {
      const created = await submit(client, chatLines(40));
      expect(created).toMatchObject({ status: 'validating', request_counts: { total: 0, completed: 0, failed: 0 } });
      const seen = new Map<string, number[]>();
      let batch = created;
      for (; batch.status !== 'completed'; batch = await client.batches.retrieve(created.id)) {
        const counts = seen.get(batch.status) ?? [];
        seen.set(batch.status, [...counts, batch.request_counts?.completed ?? 0]);
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
      expect([...seen.keys()]).toEqual(['validating', 'in_progress', 'finalizing']);
      const moving = seen.get('in_progress') ?? [];
      expect(moving).toEqual([...moving].sort((a, b) => a - b));
      expect(new Set(moving).size).toBeGreaterThan(3);
      expect(batch).toMatchObject({
        model: 'gpt-4o-mini',
        request_counts: { total: 40, completed: 40, failed: 0 },
        error_file_id: null,
        errors: null,
      });
      const { input_tokens: sent = NaN, output_tokens: got = NaN, total_tokens: all } = batch.usage ?? {};
      expect(all).toBe(sent + got);
      const rows = await download(client, batch.output_file_id);
      const ids = rows.map((row) => row.custom_id);
      const inOrder = Array.from({ length: 40 }, (_, row) => `r${row}`);
      expect(ids).not.toEqual(inOrder);
      expect([...ids].sort()).toEqual([...inOrder].sort());
      const answers = rows.flatMap((row) => (row.response?.body as unknown as ChatCompletion).choices);
      expect(answers.every(({ message }) => message.content?.startsWith('[rehearsal] '))).toBe(true);
      expect(answers.every((choice) => choice.finish_reason === 'stop')).toBe(true);
      const output = await client.files.retrieve(batch.output_file_id ?? '');
      expect(output).toMatchObject({ purpose: 'batch_output', filename: `${batch.id}_output.jsonl` });
    });
  });

  it('answers the same request with the same bytes in any batch', async () => {
    const bodies: unknown[] = [];
    for (const seed of ['one', 'two']) {
      await withRehearsal({ seed }, async ({ client }) => {
        const batch = await untilEnded(client, (await submit(client, chatLines(30))).id);
        const rows = await download(client, batch.output_file_id);
        bodies.push(Object.fromEntries(rows.map((row) => [row.custom_id, row.response?.body]).sort()));
      });
    }
    expect(bodies[0]).toEqual(bodies[1]);
  });

  it('answers the other endpoints in their shapes', async () => {
    await withRehearsal({}, async ({ client }) => {
      const run = async (endpoint: Parameters<typeof submit>[2] & object, bodies: Record<string, unknown>[]) => {
        const url = endpoint.endpoint ?? '';
        const batch = await untilEnded(client, (await submit(client, linesOf(url, bodies), endpoint)).id);
        return (await download(client, batch.output_file_id)).map((row) => row.response?.body as unknown);
      };
      const [vectors] = (await run({ endpoint: '/v1/embeddings' }, [{ input: ['a', 'b'] }])) as [
        CreateEmbeddingResponse,
      ];
      expect(vectors.data.map(({ embedding, index }) => [embedding.length, index])).toEqual([
        [1536, 0],
        [1536, 1],
      ]);
      const [response] = (await run({ endpoint: '/v1/responses' }, [{ input: 'hello' }])) as [ModelResponse];
      expect(response).toMatchObject({ object: 'response', status: 'completed' });
      expect(response.output[0]).toMatchObject({ content: [{ type: 'output_text' }] });
      const [completion] = await run({ endpoint: '/v1/completions' }, [{ prompt: 'hello' }]);
      expect(completion).toMatchObject({ object: 'text_completion', choices: [{ finish_reason: 'stop' }] });
      const [moderation] = await run({ endpoint: '/v1/moderations' }, [{ input: 'hello' }]);
      expect(moderation).toMatchObject({ results: [{ flagged: false, categories: { hate: false } }] });
    });
  });

  it('puts rows the endpoint refuses into the error file with their 400', async () => {
    await withRehearsal({}, async ({ client }) => {
      const lines = linesOf('/v1/chat/completions', [
        { messages: [{ role: 'user', content: 'hi' }] },
        {},
        { messages: [] },
      ]);
      const batch = await untilEnded(client, (await submit(client, lines)).id);
      expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 3, completed: 1, failed: 2 } });
      const errors = await download(client, batch.error_file_id);
      expect(errors.map((row) => [row.custom_id, row.response?.status_code, row.error]).sort()).toEqual([
        ['r1', 400, null],
        ['r2', 400, null],
      ]);
    });
  });

  it('fails validation with code, line and param of each bad line', async () => {
    await withRehearsal({}, async ({ client }) => {
      const line = (more: object) =>
        JSON.stringify({ custom_id: 'x', method: 'POST', url: '/v1/chat/completions', body: { model: 'm' }, ...more });
      const lines = [
        line({ custom_id: 'ok' }),
        'not json',
        line({ custom_id: 'ok' }),
        line({ custom_id: 'a', method: undefined }),
        line({ custom_id: 'b', url: '/v1/responses' }),
        line({ custom_id: 'c', body: { model: 'other' } }),
        line({ custom_id: 'd', body: {} }),
        line({ custom_id: 7 }),
      ];
      const batch = await untilEnded(client, (await submit(client, lines.join('\n'))).id);
      expect(batch).toMatchObject({ status: 'failed', output_file_id: null, error_file_id: null });
      expect(batch.errors?.data?.map(({ code, line: at, param }) => [code, at, param])).toEqual([
        ['invalid_json_line', 2, null],
        ['duplicate_custom_id', 3, 'custom_id'],
        ['missing_required_parameter', 4, 'method'],
        ['mismatched_url', 5, 'url'],
        ['mismatched_model', 6, 'body.model'],
        ['missing_required_parameter', 7, 'body.model'],
        ['missing_required_parameter', 8, 'custom_id'],
      ]);
    });
  });

  it('fails files that are empty or hold too many requests or inputs', async () => {
    await withRehearsal({ limits: { maxRequests: 3 } }, async ({ client }) => {
      const codeOf = async (lines: string, endpoint?: '/v1/embeddings') => {
        const batch = await untilEnded(client, (await submit(client, lines, endpoint ? { endpoint } : {})).id);
        return batch.errors?.data?.map(({ code }) => code);
      };
      expect(await codeOf('\n \n')).toEqual(['empty_file']);
      expect(await codeOf(chatLines(4))).toEqual(['too_many_tasks']);
      const inputs = Array.from({ length: 2049 }, () => 'x');
      expect(await codeOf(linesOf('/v1/embeddings', [{ input: inputs }]), '/v1/embeddings')).toEqual([
        'too_many_inputs',
      ]);
    });
  });

  it('fails a batch asynchronously when its model has no room, and takes the same file once there is', async () => {
    const timeline = { ...AT_ONCE, inProgressMs: 60_000 };
    await withRehearsal({ timeline, limits: { queueTokens: 30 } }, async ({ client }) => {
      const file = await uploadLines(client, chatLines(10));
      const create = () =>
        client.batches.create({ input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' });
      const first = await create();
      await until(client, first.id, 'in_progress');
      const second = await untilEnded(client, (await create()).id);
      expect(second.status).toBe('failed');
      expect(second.errors?.data?.[0]).toEqual({
        code: 'token_limit_exceeded',
        line: null,
        message:
          'Enqueued token limit reached for gpt-4o-mini in organization org-rehearsal. Limit: 30 enqueued tokens. Please try again once some in_progress batches have been completed.',
        param: null,
      });
      await client.batches.cancel(first.id);
      await until(client, first.id, 'cancelled');
      await until(client, (await create()).id, 'in_progress');
    });
  });

  it('cancels with the partial output of what was done', async () => {
    const timeline = { ...AT_ONCE, inProgressMs: 2000, cancellingMs: 100 };
    await withRehearsal({ timeline }, async ({ client }) => {
      const { id } = await submit(client, chatLines(200));
      while (((await client.batches.retrieve(id)).request_counts?.completed ?? 0) < 5);
      expect((await client.batches.cancel(id)).status).toBe('cancelling');
      expect((await client.batches.cancel(id)).status).toBe('cancelling');
      const batch = await untilEnded(client, id);
      expect(batch.status).toBe('cancelled');
      const rows = await download(client, batch.output_file_id);
      expect(rows.length).toBe(batch.request_counts?.completed);
      expect(rows.length).toBeGreaterThanOrEqual(5);
      expect(rows.length).toBeLessThan(200);
      await expect(client.batches.cancel(id)).rejects.toMatchObject({ status: 409 });
    });
  });

  it('cancels while validating without output', async () => {
    await withRehearsal({ timeline: { ...AT_ONCE, validatingMs: 60_000 } }, async ({ client }) => {
      const { id } = await submit(client, chatLines(5));
      await client.batches.cancel(id);
      expect(await until(client, id, 'cancelled')).toMatchObject({ output_file_id: null, in_progress_at: null });
    });
  });

  it('lists newest first, page by page', async () => {
    await withRehearsal({}, async ({ client }) => {
      const ids: string[] = [];
      for (let number = 0; number < 5; number++) ids.unshift((await submit(client, chatLines(1))).id);
      const page = await client.batches.list({ limit: 2 });
      expect(page.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
      expect(page.has_more).toBe(true);
      const all: string[] = [];
      for await (const batch of client.batches.list({ limit: 2 })) all.push(batch.id);
      expect(all).toEqual(ids);
      await expect(client.batches.list({ limit: 101 })).rejects.toMatchObject({ status: 400, param: 'limit' });
    });
  });

  it('keeps metadata and refuses creations that are not as documented', async () => {
    await withRehearsal({}, async ({ client }) => {
      const file = await uploadLines(client, chatLines(1));
      const create = (more: object) =>
        client.batches.create({
          input_file_id: file.id,
          endpoint: '/v1/chat/completions',
          completion_window: '24h',
          ...more,
        });
      const metadata = { tranche_run: 'r', chunk: '1' };
      const made = await create({ metadata, output_expires_after: { anchor: 'created_at', seconds: 7200 } });
      expect(made.metadata).toEqual(metadata);
      const done = await untilEnded(client, made.id);
      const output = await client.files.retrieve(done.output_file_id ?? '');
      expect(output.expires_at).toBe(output.created_at + 7200);
      const refused = async (more: object, param: string) =>
        expect(create(more)).rejects.toMatchObject({ status: 400, param });
      await refused({ endpoint: '/v1/other' }, 'endpoint');
      await refused({ completion_window: '1h' }, 'completion_window');
      await refused({ input_file_id: undefined }, 'input_file_id');
      await refused({ input_file_id: 'file-none' }, 'input_file_id');
      await refused({ input_file_id: '../../etc/passwd' }, 'input_file_id');
      await refused({ metadata: { long: 'x'.repeat(513) } }, 'metadata.long');
      await refused({ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, 'x'])) }, 'metadata');
      await expect(client.batches.retrieve('batch_none')).rejects.toMatchObject({
        status: 404,
        message: expect.stringContaining("No batch found with id 'batch_none'") as string,
      });
    });
  });
});

describe('models and keys', () => {
  it('knows models, and wants the key it was given', async () => {
    await withRehearsal({ apiKey: 'right' }, async ({ server, client }) => {
      await expect(client.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
      const right = client.withOptions({ apiKey: 'right' });
      expect((await right.models.list()).data.map(({ id }) => id)).toContain('gpt-4o-mini');
      expect(await right.models.retrieve('ft:some/model')).toMatchObject({ id: 'ft:some/model', object: 'model' });
      const { request_id: id } = await right.models.list().withResponse();
      expect(id).toMatch(/^req_/);
      expect(clientOf(server).baseURL).toBe(server.url);
    });
  });
});
