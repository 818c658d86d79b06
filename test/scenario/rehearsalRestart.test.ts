import { createHash } from 'node:crypto';
import { cp, mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { openAsBlob } from 'node:fs';
import { request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRehearsal } from '../../src/rehearsal/startRehearsal.ts';
import {
  AT_ONCE,
  chatLines,
  clientOf,
  download,
  submit,
  until,
  untilEnded,
  uploadLines,
} from '../support/rehearsal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tranche-rehearsal-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a later service on the same folder', () => {
  it('goes on with batches in every state and ends with the very files an undisturbed one makes', async () => {
    const lines = chatLines(300, { max_tokens: 20 });
    const timeline = { ...AT_ONCE, inProgressMs: 400 };
    const first = await startRehearsal({ folder, timeline: { ...timeline, inProgressMs: 60_000 }, seed: 's' });
    const client = clientOf(first);
    const running = await submit(client, lines, { fault: 'rows-failed=0.1,rows-unknown=2' });
    const cancelling = await submit(client, lines);
    await until(client, running.id, 'in_progress');
    await until(client, cancelling.id, 'in_progress');
    while (((await client.batches.retrieve(running.id)).request_counts?.completed ?? 0) < 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await first.close();

    const second = await startRehearsal({ folder, timeline, seed: 's' });
    expect(second.port).not.toBe(first.port);
    const again = clientOf(second);
    const ended = await untilEnded(again, running.id);
    expect(ended).toMatchObject({ status: 'completed', request_counts: { total: 300, completed: 270, failed: 30 } });
    const undisturbed = await submit(again, lines, { fault: 'rows-failed=0.1,rows-unknown=2' });
    const other = await untilEnded(again, undisturbed.id);
    const facts = async (id: string | null | undefined) =>
      (await download(again, id)).map((row) => [row.custom_id, row.response?.status_code, row.response?.body]).sort();
    expect(await facts(ended.output_file_id)).toEqual(await facts(other.output_file_id));
    expect(await facts(ended.error_file_id)).toEqual(await facts(other.error_file_id));
    await untilEnded(again, cancelling.id);
    await second.close();

    const third = await startRehearsal({ folder, timeline });
    expect(await clientOf(third).batches.retrieve(running.id)).toEqual(ended);
    expect((await clientOf(third).batches.list()).data.length).toBe(3);
    await third.close();
    expect(await readdir(path.join(folder, 'work'))).toEqual([]);
  });

  it('ends every batch with all its rows wherever the earlier one was killed', async () => {
    const timeline = { validatingMs: 200, inProgressMs: 600, finalizingMs: 200, cancellingMs: 0 };
    const first = await startRehearsal({ folder: path.join(folder, 'first'), timeline });
    const { id } = await submit(clientOf(first), chatLines(500), { fault: 'rows-failed=5' });
    const killed: string[] = [];
    while ((await clientOf(first).batches.retrieve(id)).status !== 'completed') {
      const copy = path.join(folder, `killed-${killed.length}`);
      // What lies on disk at some moment is what a killed service leaves; files that are on the move come whole or not at all.
      await cp(path.join(folder, 'first'), copy, { recursive: true, filter: (name) => !name.endsWith('.new') }).catch(
        (error: NodeJS.ErrnoException) => expect(error.code).toBe('ENOENT'),
      );
      await rm(path.join(copy, 'service.json'), { force: true });
      killed.push(copy);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await first.close();
    expect(killed.length).toBeGreaterThan(0);
    for (const copy of killed) {
      const later = await startRehearsal({ folder: copy, timeline: AT_ONCE });
      const batch = await untilEnded(clientOf(later), id);
      const output = await download(clientOf(later), batch.output_file_id);
      const errors = await download(clientOf(later), batch.error_file_id);
      expect([batch.status, output.length, errors.length]).toEqual(['completed', 495, 5]);
      expect(new Set([...output, ...errors].map((row) => row.custom_id)).size).toBe(500);
      await later.close();
    }
  });

  it('goes on with a cancellation', async () => {
    const first = await startRehearsal({ folder, timeline: { ...AT_ONCE, inProgressMs: 5000, cancellingMs: 60_000 } });
    const { id } = await submit(clientOf(first), chatLines(100));
    while (((await clientOf(first).batches.retrieve(id)).request_counts?.completed ?? 0) < 3);
    const { request_counts: counts } = await clientOf(first).batches.cancel(id);
    await first.close();
    const second = await startRehearsal({ folder, timeline: AT_ONCE });
    const batch = await until(clientOf(second), id, 'cancelled');
    const rows = await download(clientOf(second), batch.output_file_id);
    expect(rows.length).toBe(counts?.completed);
    expect(batch.request_counts).toEqual(counts);
    expect(rows.length).toBeGreaterThanOrEqual(3);
    await second.close();
  });

  it('does not start while another one runs on it, and takes over from one that died', async () => {
    const first = await startRehearsal({ folder });
    await expect(startRehearsal({ folder })).rejects.toMatchObject({ code: 'owned' });
    await first.close();
    await writeFile(path.join(folder, 'service.json'), JSON.stringify({ port: first.port, token: 'dead' }));
    const second = await startRehearsal({ folder });
    await second.close();
  });

  it('is one only, however many start at once, also over a dead one', async () => {
    for (const left of [false, true]) {
      if (left) await writeFile(path.join(folder, 'service.json'), JSON.stringify({ port: 1, token: 'dead' }));
      const starts = await Promise.allSettled(Array.from({ length: 4 }, () => startRehearsal({ folder })));
      const started = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
      expect(started.length).toBe(1);
      await Promise.all(started.map((server) => server.close()));
    }
  });

  it('clears bytes that no record names', async () => {
    await (await startRehearsal({ folder })).close();
    await writeFile(path.join(folder, 'bytes', 'file-lost'), 'x');
    await (await startRehearsal({ folder })).close();
    expect(await readdir(path.join(folder, 'bytes'))).toEqual([]);
  });

  it('passes over records that are not whole', async () => {
    const first = await startRehearsal({ folder, timeline: AT_ONCE });
    const { id } = await submit(clientOf(first), chatLines(1));
    await untilEnded(clientOf(first), id);
    await first.close();
    for (const name of ['files', 'batches']) {
      const file = await open(path.join(folder, name, 'torn.json'), 'w');
      await file.write('{"id":');
      await file.close();
    }
    const second = await startRehearsal({ folder });
    expect((await clientOf(second).batches.list()).data.length).toBe(1);
    await second.close();
  });
});

describe('bounds', () => {
  it('takes a 150 MB upload in bounded memory and gives it back', async () => {
    const server = await startRehearsal({ folder, timeline: AT_ONCE });
    const source = path.join(folder, 'large.jsonl');
    const file = await open(source, 'w');
    const block = Buffer.alloc(1_000_000, 'x');
    for (let number = 0; number < 150; number++) await file.write(block);
    await file.close();
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
    const uploaded = await clientOf(server).files.create(
      { purpose: 'batch', file: new File([await openAsBlob(source)], 'large.jsonl') },
      { fetchOptions: { redirect: 'error' } },
    );
    const hash = createHash('sha256');
    const content = await clientOf(server).files.content(uploaded.id);
    for await (const piece of content.body as unknown as AsyncIterable<Uint8Array>) hash.update(piece);
    clearInterval(watch);
    expect(uploaded.bytes).toBe(150_000_000);
    const wanted = createHash('sha256');
    for (let number = 0; number < 150; number++) wanted.update(block);
    expect(hash.digest('hex')).toBe(wanted.digest('hex'));
    // Client and server share this process.
    expect(most - before).toBeLessThan(130_000_000);
    await server.close();
  });

  it('leaves nothing of an upload that was given up', async () => {
    const server = await startRehearsal({ folder });
    await new Promise<void>((resolve) => {
      const half = request({
        port: server.port,
        host: '127.0.0.1',
        path: '/v1/files',
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': 1_000_000 },
      });
      half.on('error', () => resolve());
      half.write(
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n' + 'x'.repeat(100_000),
      );
      setTimeout(() => half.destroy(new Error('gone')), 50);
    });
    await server.close();
    expect(await readdir(path.join(folder, 'incoming'))).toEqual([]);
    expect(await readdir(path.join(folder, 'bytes'))).toEqual([]);
  });

  it('closes at once, stalled requests and running batches included', async () => {
    const server = await startRehearsal({ folder, timeline: { ...AT_ONCE, inProgressMs: 60_000 } });
    const client = clientOf(server);
    await submit(client, chatLines(1000));
    const stalled = client.models.list({ headers: { 'x-rehearsal-fault': 'stall' } }).catch(() => 'cut');
    const slow = client.models.list({ headers: { 'x-rehearsal-fault': 'slow=60000' } }).catch(() => 'cut');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = Date.now();
    await server.close();
    expect(Date.now() - start).toBeLessThan(5000);
    expect(await Promise.all([stalled, slow])).toEqual(['cut', 'cut']);
  });
});

it('runs more batches than have room at one time', async () => {
  const server = await startRehearsal({ folder, timeline: { ...AT_ONCE, inProgressMs: 300 } });
  const client = clientOf(server);
  const file = await uploadLines(client, chatLines(40));
  const create = () =>
    client.batches.create({ input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' });
  await Promise.all(Array.from({ length: 80 }, create));
  await expect
    .poll(
      async () => {
        const { data } = await client.batches.list({ limit: 100 });
        return data.filter(({ status, request_counts: counts }) => status === 'completed' && counts?.completed === 40)
          .length;
      },
      { timeout: 30_000, interval: 100 },
    )
    .toBe(80);
  await server.close();
});

describe('who may ask', () => {
  const statusOf = (port: number, headers: Record<string, string>, target = '/v1/models') =>
    new Promise<number>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path: target, headers, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.on('error', reject);
      asked.end();
    });

  it('answers only local hosts and never a page of a browser', async () => {
    const server = await startRehearsal({ folder });
    const { port } = server;
    expect(await statusOf(port, { host: `127.0.0.1:${port}` })).toBe(200);
    expect(await statusOf(port, { host: `localhost:${port}` })).toBe(200);
    expect(await statusOf(port, { host: `[::1]:${port}` })).toBe(200);
    expect(await statusOf(port, { host: `evil.example:${port}` })).toBe(403);
    expect(await statusOf(port, { host: `127.0.0.1.evil.example` })).toBe(403);
    expect(await statusOf(port, { host: `127.0.0.1:${port}`, origin: 'http://127.0.0.1' })).toBe(403);
    expect(await statusOf(port, { host: `127.0.0.1:${port}`, origin: 'null' })).toBe(403);
    await server.close();
  });

  it('is not there on other addresses of the machine', async () => {
    const server = await startRehearsal({ folder });
    const others = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of others)
      await expect(fetch(`http://${address}:${server.port}/v1/models`)).rejects.toThrow();
    await server.close();
  });

  it('reads no path outside of its folder', async () => {
    const server = await startRehearsal({ folder });
    for (const id of ['..%2f..%2fservice.json', '..', '%2e%2e%2fservice.json', 'file-..%00', '%ff']) {
      const status = await statusOf(server.port, {}, `/v1/files/${id}/content`);
      expect([400, 404], id).toContain(status);
    }
    expect(await statusOf(server.port, {}, '//evil.example/v1/models')).toBe(404);
    await server.close();
  });
});
