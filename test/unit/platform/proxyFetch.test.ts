import net, { type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { BatchApi } from '../../../src/core/submit/batchApi.ts';
import { faultOf } from '../../../src/core/submit/providerError.ts';
import { openOpenaiBatchApi } from '../../../src/platform/openaiBatchApi.ts';
import { openProxyFetch, type ServiceFetch } from '../../../src/platform/proxyFetch.ts';
import { proxyOf } from '../../../src/platform/proxyOf.ts';
import { json, openHttpServer, type TestServer } from '../../support/httpServer.ts';
import { openProxyServer, type ProxyOptions, type ProxyServer } from '../../support/proxyServer.ts';
import { read } from './apiAt.ts';

const signal = new AbortController().signal;
const BATCH = { id: 'batch_1', status: 'validating', input_file_id: 'file-1', created_at: 1_700_000_000 };
const SECRET = 'hush-hush';

const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function owned<T extends { close: () => Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

async function apiThrough(address: string, proxy: string): Promise<{ api: BatchApi; way: ServiceFetch }> {
  const way = owned(await openProxyFetch(proxyOf(address, { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: '' })));
  const service = { baseUrl: address, apiKey: null, keyName: null, project: null, organization: null };
  return { api: openOpenaiBatchApi({ ...service, inputExpiresAfterSeconds: null }, way), way };
}

async function proxyServer(options: ProxyOptions = {}): Promise<ProxyServer> {
  return owned(await openProxyServer(options));
}

async function service(answer: Parameters<typeof openHttpServer>[0]): Promise<TestServer> {
  return owned(await openHttpServer(answer));
}

async function failure(call: Promise<unknown>): Promise<Error> {
  const error = await call.then(
    () => new Error('no failure'),
    (failed: Error) => failed,
  );
  expect(inspect(error, { depth: 9 })).not.toContain(SECRET);
  return error;
}

async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('calls through a proxy', () => {
  it('go to it with the user name and password of its address', async () => {
    const { url, seen } = await service((_, response) => json(response, BATCH));
    const proxy = await proxyServer({ credentials: `me:${SECRET}@` });
    const { api, way } = await apiThrough(url, proxy.url.replace('//', `//me:${SECRET}%40@`));
    expect(await api.retrieveBatch('batch_1', signal)).toMatchObject({ id: 'batch_1' });
    expect(proxy.seen.map(({ call }) => call)).toEqual([`GET ${url}/batches/batch_1`]);
    expect(seen[0]?.headers['proxy-authorization']).toBeUndefined();
    expect(way.proxyHost).toBe(proxy.host);
  });

  it('send an upload while it is made, whole and once, and hear what came of it', async () => {
    const { url, seen } = await service((_, response) => json(response, { id: 'file-1', filename: 'a', bytes: 3 }));
    const { api } = await apiThrough(url, (await proxyServer()).url);
    const part = Buffer.alloc(3_000_000, 'x');
    const sent: number[] = [];
    const request = { name: 'a.jsonl', sizeBytes: part.length, body: { kind: 'bytes', parts: [part] } as const };
    expect(await api.upload(request, (bytes) => sent.push(bytes), signal)).toMatchObject({ id: 'file-1' });
    expect(seen[0]?.body.includes(part)).toBe(true);
    expect(seen[0]?.headers['content-length']).toBe(String(seen[0]?.body.length));
    expect(sent.length).toBeGreaterThan(8);
  });

  it('bring an answer piece by piece, and go on with it after a break', async () => {
    const content = Buffer.alloc(2_000_000, 'abcdefgh');
    const { url, seen } = await service((request, response) => {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const headers = { 'content-length': String(content.length - from) };
      const range = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
      response.writeHead(from > 0 ? 206 : 200, from > 0 ? { ...headers, ...range } : headers);
      if (from > 0) response.end(content.subarray(from));
      else response.write(content.subarray(0, 1_000_000), () => setTimeout(() => response.destroy(), 20));
    });
    const { api } = await apiThrough(url, (await proxyServer()).url);
    expect((await read(api.download('file-1', signal))).equals(content)).toBe(true);
    expect(seen.length).toBe(2);
  });

  it('refuse to be sent elsewhere with an upload', async () => {
    const { url } = await service((_, response) => response.writeHead(307, { location: 'http://b.example/' }).end());
    const { api } = await apiThrough(url, (await proxyServer()).url);
    const request = { name: 'a.jsonl', sizeBytes: 1, body: { kind: 'bytes', parts: [Buffer.from('x')] } as const };
    expect(await failure(api.upload(request, () => undefined, signal))).toMatchObject({
      code: 'refusedByProvider',
      message: expect.stringContaining('another address') as string,
    });
  });

  it('tell how long a service asks to wait', async () => {
    const { url } = await service((_, response) => json(response, {}, 429, { 'retry-after': '7' }));
    const { api } = await apiThrough(url, (await proxyServer()).url);
    expect(faultOf(await failure(api.retrieveBatch('b', signal)))).toMatchObject({ retryAfterMs: 7000, mayPass: true });
  });

  it.each(['http://batches.example/v1', 'https://batches.example/v1'])(
    'to %s say in one sentence what the proxy does not do',
    async (address) => {
      const secretly = (proxy: ProxyServer): string => proxy.url.replace('//', `//me:${SECRET}@`);
      const asking = await proxyServer({ credentials: 'you:other' });
      const { api } = await apiThrough(address, secretly(asking));
      expect(await failure(api.retrieveBatch('b', signal))).toMatchObject({
        code: 'refusedByProvider',
        message: `The proxy ${asking.host} wants a valid user name and password (status 407); write them into its address: http://USER:PASSWORD@${asking.host}.`,
      });
      const dead = `127.0.0.1:${await closedPort()}`;
      const { api: nowhere } = await apiThrough(address, `http://me:${SECRET}@${dead}`);
      expect(await failure(nowhere.retrieveBatch('b', signal))).toMatchObject({
        code: 'network',
        message: `The proxy ${dead} cannot be reached (ECONNREFUSED); check that it is there and its address is right.`,
      });
    },
  );

  it('tell a tunnel that is refused from one that leads nowhere', async () => {
    const strict = await proxyServer({ status: 403 });
    const { api } = await apiThrough('https://batches.example/v1', strict.url);
    expect(await failure(api.retrieveBatch('b', signal))).toMatchObject({
      code: 'refusedByProvider',
      message: `The proxy ${strict.host} lets no calls to batches.example through (status 403).`,
    });
    const lost = await proxyServer({ status: 502 });
    const { api: other } = await apiThrough('https://batches.example/v1', lost.url);
    expect(await failure(other.retrieveBatch('b', signal))).toMatchObject({
      code: 'network',
      message: `The proxy ${lost.host} does not reach batches.example (status 502).`,
    });
  });

  it('stop at once when they are no longer wanted, and leave no connection behind', async () => {
    const proxy = await proxyServer({ isSilent: true });
    const { api, way } = await apiThrough('https://batches.example/v1', proxy.url);
    const stop = new AbortController();
    const call = api.retrieveBatch('b', stop.signal);
    setTimeout(() => stop.abort(), 50);
    expect(await failure(call)).toMatchObject({ code: 'cancelled' });
    expect(proxy.open()).toBe(1);
    await way.close();
    await expect.poll(proxy.open).toBe(0);
  });
});

describe('calls that no proxy is for', () => {
  it('go straight, whatever the environment of this process says', async () => {
    const { url, seen } = await service((_, response) => json(response, BATCH));
    const way = owned(await openProxyFetch(null));
    expect((await way.fetch(`${url}/batches/b`)).status).toBe(200);
    expect([seen.length, way.proxyHost]).toEqual([1, null]);
  });

  it("leave the connections of Node's own fetch alone", async () => {
    owned(await openProxyFetch(null));
    const { Agent, getGlobalDispatcher } = await import('undici');
    expect(getGlobalDispatcher()).not.toBeInstanceOf(Agent);
  });
});
