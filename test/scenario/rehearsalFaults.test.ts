import { describe, expect, it } from 'vitest';
import OpenAI from 'openai';
import type { ChatCompletion } from 'openai/resources/chat/completions';
import { FAULTS } from '../../src/rehearsal/faults.ts';
import {
  chatLines,
  clientOf,
  download,
  submit,
  until,
  untilEnded,
  uploadLines,
  withRehearsal,
  type OutputLine,
} from '../support/rehearsal.ts';

const SCHEMA = {
  response_format: {
    type: 'json_schema',
    json_schema: {
      name: 'label',
      schema: {
        type: 'object',
        properties: { label: { enum: ['a', 'b'] } },
        required: ['label'],
        additionalProperties: false,
      },
    },
  },
};

interface Outcome {
  readonly batch: OpenAI.Batch;
  readonly output: readonly OutputLine[];
  readonly errors: readonly OutputLine[];
}

async function outcomeOf(client: OpenAI, fault: string, lines = chatLines(20)): Promise<Outcome> {
  const batch = await untilEnded(client, (await submit(client, lines, { fault })).id);
  return {
    batch,
    output: await download(client, batch.output_file_id),
    errors: await download(client, batch.error_file_id),
  };
}

const answersOf = (rows: readonly OutputLine[]) => rows.map((row) => row.response?.body as unknown as ChatCompletion);
const create = (client: OpenAI, id: string, fault: string) =>
  client.batches.create(
    { input_file_id: id, endpoint: '/v1/chat/completions', completion_window: '24h' },
    { headers: { 'x-rehearsal-fault': fault } },
  );
const batchesOf = async (client: OpenAI) => (await client.batches.list()).data.length;

describe('faults of a request', () => {
  it('slow: answers late', async () => {
    await withRehearsal({}, async ({ client }) => {
      const start = Date.now();
      await client.models.list({ headers: { 'x-rehearsal-fault': 'slow=300' } });
      expect(Date.now() - start).toBeGreaterThanOrEqual(295);
    });
  });

  it('stall: never answers, until the client leaves', async () => {
    await withRehearsal({}, async ({ client }) => {
      const options = { headers: { 'x-rehearsal-fault': 'stall' }, timeout: 200 };
      await expect(client.models.list(options)).rejects.toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
    });
  });

  it('rate-limit: 429 with retry-after, nothing made, the SDK gets through on its own', async () => {
    await withRehearsal({ faults: ['rate-limit@upload=0*1'] }, async ({ client }) => {
      const upload = (maxRetries: number) =>
        client.files.create({ purpose: 'batch', file: new File(['{}'], 'a.jsonl') }, { maxRetries });
      const refused: unknown = await upload(0).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(OpenAI.RateLimitError);
      expect((refused as InstanceType<typeof OpenAI.RateLimitError>).headers.get('retry-after')).toBe('0');
      await upload(0);
      expect((await client.files.list()).data.length).toBe(1);
    });
    await withRehearsal({ faults: ['rate-limit@upload=0*2'] }, async ({ client }) => {
      await client.files.create({ purpose: 'batch', file: new File(['{}'], 'a.jsonl') }, { maxRetries: 2 });
      expect((await client.files.list()).data.length).toBe(1);
    });
  });

  it('error-before and drop-before: nothing is made', async () => {
    await withRehearsal({}, async ({ client }) => {
      const file = await uploadLines(client, chatLines(1));
      await expect(create(client, file.id, 'error-before=503')).rejects.toMatchObject({ status: 503 });
      await expect(create(client, file.id, 'drop-before')).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
      expect(await batchesOf(client)).toBe(0);
      const dropped = clientOf(
        { url: client.baseURL, port: 0, close: async () => undefined },
        { 'x-rehearsal-fault': 'drop-before' },
      );
      await expect(uploadLines(dropped, chatLines(2000))).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
      expect((await client.files.list()).data.length).toBe(1);
    });
  });

  it('error-after and drop-after: the object is there although the answer is lost', async () => {
    await withRehearsal({ faults: ['error-after@upload*1'] }, async ({ client }) => {
      await expect(uploadLines(client, chatLines(1))).rejects.toBeInstanceOf(OpenAI.InternalServerError);
      const [file] = (await client.files.list()).data;
      expect(file?.filename).toBe('input.jsonl');
      await expect(create(client, file?.id ?? '', 'error-after')).rejects.toMatchObject({ status: 500 });
      await expect(create(client, file?.id ?? '', 'drop-after')).rejects.toBeInstanceOf(OpenAI.APIConnectionError);
      expect(await batchesOf(client)).toBe(2);
    });
  });

  it('file-not-found: the first creation with a file does not find it, the next one does', async () => {
    await withRehearsal({ faults: ['file-not-found'] }, async ({ client }) => {
      for (let number = 0; number < 2; number++) {
        const file = await uploadLines(client, chatLines(1));
        await expect(create(client, file.id, '')).rejects.toMatchObject({
          status: 400,
          message: expect.stringContaining(`Cannot find file ${file.id}`) as string,
        });
        await create(client, file.id, '');
      }
    });
  });

  it('drop-content: a download breaks off midway, and can go on by range', async () => {
    await withRehearsal({ faults: ['drop-content=0.4*1'] }, async ({ client }) => {
      const lines = chatLines(20_000);
      const file = await uploadLines(client, lines);
      const first = await client.files.content(file.id);
      const got: Buffer[] = [];
      await expect(
        (async () => {
          for await (const piece of first.body as unknown as AsyncIterable<Uint8Array>) got.push(Buffer.from(piece));
        })(),
      ).rejects.toThrow();
      const bytes = Buffer.concat(got).length;
      expect(bytes).toBe(Math.floor(lines.length * 0.4));
      const rest = await client.files.content(file.id, { headers: { range: `bytes=${bytes}-` } });
      expect(Buffer.concat(got).toString() + (await rest.text())).toBe(lines);
    });
  });

  it('refuses a fault it does not know, and does nothing', async () => {
    await withRehearsal({}, async ({ client }) => {
      const file = await uploadLines(client, chatLines(1));
      await expect(create(client, file.id, 'no-such-fault')).rejects.toMatchObject({
        status: 400,
        param: 'x-rehearsal-fault',
      });
      expect(await batchesOf(client)).toBe(0);
    });
    await expect(withRehearsal({ faults: ['no-such-fault'] }, async () => undefined)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('no-such-fault') as string,
    });
  });
});

describe('faults of a batch', () => {
  it('fail-validation: fails with the code asked for', async () => {
    await withRehearsal({}, async ({ client }) => {
      const { batch } = await outcomeOf(client, 'fail-validation=url_mismatch');
      expect(batch).toMatchObject({ status: 'failed', errors: { data: [{ code: 'url_mismatch', line: 1 }] } });
    });
  });

  it('queue-full: the first batches fail after a good creation, later ones run from the same file', async () => {
    await withRehearsal({ faults: ['queue-full*2'] }, async ({ client }) => {
      const file = await uploadLines(client, chatLines(3));
      const ends: unknown[] = [];
      for (let number = 0; number < 3; number++) {
        const batch = await untilEnded(client, (await create(client, file.id, '')).id);
        ends.push(batch.errors?.data?.[0]?.code ?? batch.status);
      }
      expect(ends).toEqual(['token_limit_exceeded', 'token_limit_exceeded', 'completed']);
    });
  });

  it('unknown-model: 404 when asked for, model_not_found when a batch uses it', async () => {
    await withRehearsal({ faults: ['unknown-model=gpt-4o-mini'] }, async ({ client }) => {
      await expect(client.models.retrieve('gpt-4o-mini')).rejects.toMatchObject({
        status: 404,
        code: 'model_not_found',
      });
      await client.models.retrieve('gpt-4o');
      const { batch } = await outcomeOf(client, '');
      expect(batch).toMatchObject({ status: 'failed', errors: { data: [{ code: 'model_not_found' }] } });
    });
  });

  it('expire: partial output, the other rows as batch_expired in the error file', async () => {
    await withRehearsal({}, async ({ client }) => {
      const { batch, output, errors } = await outcomeOf(client, 'expire=0.25');
      expect(batch).toMatchObject({
        status: 'expired',
        completed_at: null,
        request_counts: { total: 20, completed: 5, failed: 0 },
      });
      expect(batch.expired_at).toBeGreaterThan(0);
      expect([output.length, errors.length]).toEqual([5, 15]);
      expect(errors.every(({ response, error }) => response === null && error?.code === 'batch_expired')).toBe(true);
      expect(new Set([...output, ...errors].map((row) => row.custom_id)).size).toBe(20);
    });
  });

  it('stuck: stays in progress until it is cancelled', async () => {
    await withRehearsal({}, async ({ client }) => {
      const { id } = await submit(client, chatLines(20), { fault: 'stuck=0.5' });
      await expect
        .poll(async () => (await client.batches.retrieve(id)).request_counts?.completed, { timeout: 20_000 })
        .toBe(10);
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await client.batches.retrieve(id)).toMatchObject({
        status: 'in_progress',
        request_counts: { completed: 10 },
      });
      await client.batches.cancel(id);
      const batch = await until(client, id, 'cancelled');
      expect((await download(client, batch.output_file_id)).length).toBe(10);
    });
  });

  it('null-output: completed, nothing but errors', async () => {
    await withRehearsal({}, async ({ client }) => {
      const { batch, errors } = await outcomeOf(client, 'null-output');
      expect(batch).toMatchObject({ status: 'completed', output_file_id: null, request_counts: { failed: 20 } });
      expect(errors.length).toBe(20);
    });
  });

  it('empty-error-id: an empty text instead of null', async () => {
    await withRehearsal({}, async ({ client }) => {
      const { batch } = await outcomeOf(client, 'empty-error-id');
      expect(batch).toMatchObject({ status: 'completed', error_file_id: '' });
      const lost = await fetch(`${client.baseURL}/files//content`);
      expect(lost.status).toBe(404);
    });
  });

  it('counts-lie: the counts tell of no failures', async () => {
    await withRehearsal({}, async ({ client }) => {
      const { batch, errors } = await outcomeOf(client, 'counts-lie, rows-zero=3');
      expect(batch.request_counts).toEqual({ total: 20, completed: 20, failed: 0 });
      expect(errors.map(({ response, error }) => [response?.status_code, response?.body, error])).toEqual(
        Array.from({ length: 3 }, () => [0, {}, null]),
      );
    });
  });

  it('rows-failed and rows-error: exactly that many rows, the same ones each time', async () => {
    await withRehearsal({}, async ({ client }) => {
      const first = await outcomeOf(client, 'rows-failed=0.1,rows-error=3');
      const second = await outcomeOf(client, 'rows-failed=0.1,rows-error=3');
      const statuses = ({ errors }: Outcome) =>
        Object.fromEntries(errors.map((row) => [row.custom_id, row.response?.status_code]));
      expect(Object.values(statuses(first)).sort()).toEqual([400, 400, 500, 500, 500]);
      expect(statuses(second)).toEqual(statuses(first));
      expect(first.batch).toMatchObject({ status: 'completed', request_counts: { completed: 15, failed: 5 } });
    });
  });

  it('rows-missing, rows-duplicate, rows-unknown: the files do not fit the input', async () => {
    await withRehearsal({}, async ({ client }) => {
      const { output, errors } = await outcomeOf(client, 'rows-missing=2,rows-duplicate=3,rows-unknown=1');
      const times = new Map<string, number>();
      for (const { custom_id: id } of output) times.set(id, (times.get(id) ?? 0) + 1);
      expect(errors).toEqual([]);
      expect(output.length).toBe(20 - 2 + 3 + 1);
      expect([...times.values()].filter((count) => count === 2).length).toBe(3);
      expect([...times.keys()].filter((id) => !/^r\d+$/.test(id)).length).toBe(1);
      expect(times.size).toBe(20 - 2 + 1);
    });
  });

  it('rows-refused, rows-length, rows-invalid: 200 and yet useless', async () => {
    await withRehearsal({}, async ({ client }) => {
      const fault = 'rows-refused=2,rows-length=3,rows-invalid=4';
      const { output } = await outcomeOf(client, fault, chatLines(20, SCHEMA));
      const choices = answersOf(output).map(({ choices: [choice] }) => choice);
      expect(output.length).toBe(20);
      expect(
        choices.filter((choice) => choice?.message.refusal !== null && choice?.message.content === null).length,
      ).toBe(2);
      expect(choices.filter((choice) => choice?.finish_reason === 'length').length).toBe(3);
      const valid = choices.filter((choice) => /^\{"label":"[ab]"\}$/.test(choice?.message.content ?? ''));
      expect(valid.length).toBe(20 - 2 - 3 - 4);
    });
  });

  it('truncated-output: the last line breaks off', async () => {
    await withRehearsal({}, async ({ client }) => {
      const batch = await untilEnded(client, (await submit(client, chatLines(5), { fault: 'truncated-output' })).id);
      const lines = (await (await client.files.content(batch.output_file_id ?? '')).text()).split('\n');
      expect(lines.length).toBe(5);
      expect(() => JSON.parse(lines[4] ?? '') as unknown).toThrow();
      expect(lines.slice(0, 4).map((line) => typeof JSON.parse(line))).toEqual(
        Array.from({ length: 4 }, () => 'object'),
      );
    });
  });

  it('keeps the faults of a batch to that batch', async () => {
    await withRehearsal({}, async ({ client }) => {
      await outcomeOf(client, 'rows-failed=0.5');
      expect((await outcomeOf(client, '')).errors).toEqual([]);
    });
  });
});

it('says of every fault what it does', () => {
  for (const [name, { what }] of Object.entries(FAULTS)) expect(what, name).toMatch(/^[A-Z0-9].{20,}\.$/);
});
