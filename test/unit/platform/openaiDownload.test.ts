import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { BatchApi } from '../../../src/core/submit/batchApi.ts';
import { json, openHttpServer, type SeenRequest, type TestServer } from '../../support/httpServer.ts';
import { apiAt, read } from './apiAt.ts';

const signal = new AbortController().signal;
let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(
  answer: (request: SeenRequest, response: ServerResponse, count: number) => void,
): Promise<BatchApi> {
  server = await openHttpServer(answer);
  return apiAt(server.url);
}

describe('downloading', () => {
  const content = randomBytes(2_000_000);
  const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

  function sendPart(response: ServerResponse, from: number, upTo: number, status = 200): void {
    const range = status === 206 ? { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` } : {};
    response.writeHead(status, { 'content-length': String(content.length - from), ...range });
    response.write(content.subarray(from, upTo), () => (upTo < content.length ? response.destroy() : response.end()));
  }

  it('goes on by range after a broken connection', async () => {
    const api = await serve((request, response, count) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      sendPart(response, from, count < 3 ? from + 600_000 : content.length, from > 0 ? 206 : 200);
    });
    expect(sha(await read(api.download('file-1', signal)))).toBe(sha(content));
    expect(server?.seen).toHaveLength(3);
  });

  it('begins again and passes over what it has where ranges are not known', async () => {
    const api = await serve((_, response, count) =>
      sendPart(response, 0, count < 3 ? 500_000 * count : content.length),
    );
    expect(sha(await read(api.download('file-1', signal)))).toBe(sha(content));
  });

  it('unpacks gzip, and goes on unpacked', async () => {
    const packed = gzipSync(content);
    const api = await serve((request, response, count) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      if (count > 1) return sendPart(response, from, content.length, from > 0 ? 206 : 200);
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': String(packed.length) });
      response.write(packed.subarray(0, 1_000_000), () => response.destroy());
    });
    expect(sha(await read(api.download('file-1', signal)))).toBe(sha(content));
  });

  it('stops trying when it is told to', async () => {
    const api = await serve((_, response) => response.destroy());
    const stop = AbortSignal.timeout(700);
    await expect(read(api.download('file-1', stop))).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('says that the service does not know the file', async () => {
    const api = await serve((_, response) => json(response, { error: { message: 'No such file' } }, 404));
    await expect(read(api.download('file-1', signal))).rejects.toMatchObject({ code: 'refusedByProvider' });
    expect(server?.seen).toHaveLength(1);
  });

  it('frees the connection when it is left early', async () => {
    const api = await serve((_, response) => sendPart(response, 0, content.length));
    for await (const piece of api.download('file-1', signal)) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
  });
});
