import { randomBytes } from 'node:crypto';
import { OpenAI } from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { downloadFile } from '../../../src/platform/openaiDownload.ts';
import { openHttpServer, type TestServer } from '../../support/httpServer.ts';

const content = randomBytes(1_000_000);
const signal = new AbortController().signal;
let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** Sends the first half, asks to wait, breaks off a number of times, then sends the rest. */
async function openFlaky(outages: number): Promise<TestServer> {
  return openHttpServer((request, response, count) => {
    const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (count === 2) return void response.writeHead(429, { 'retry-after-ms': '5' }).end();
    if (count > 1 && count <= outages + 1) return void response.destroy();
    const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': content.length - from, ...(from > 0 ? range : {}) });
    if (count > 1) return void response.end(content.subarray(from));
    response.write(content.subarray(0, 500_000), () => setTimeout(() => response.destroy(), 50));
  });
}

async function download(outages: number, patienceMs: number): Promise<Buffer> {
  server = await openFlaky(outages);
  const { url } = server;
  const client = new OpenAI({ apiKey: 'none', baseURL: url, maxRetries: 0 });
  const service = { baseUrl: url, apiKey: null, keyName: null };
  const pieces: Uint8Array[] = [];
  const patience = { firstPauseMs: 1, longestPauseMs: 10, patienceMs };
  for await (const piece of downloadFile(client, 'file-1', service, signal, patience)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a long outage during a download', () => {
  it('does not make it begin again', async () => {
    expect((await download(20, 60_000)).equals(content)).toBe(true);
    const ranges = server?.seen.map(({ headers }) => headers.range) ?? [];
    expect(ranges).toHaveLength(22);
    expect(ranges.filter((range) => range === undefined)).toHaveLength(1);
  });

  it('ends it when nothing has come for too long', async () => {
    await expect(download(Infinity, 400)).rejects.toMatchObject({ code: 'network' });
    expect(server?.seen.length).toBeGreaterThan(6);
  });
});
