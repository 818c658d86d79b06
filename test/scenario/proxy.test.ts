import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRehearsal, type RehearsalServer } from '../../src/rehearsal/startRehearsal.ts';
import { runCli, startCli, until, type CliEnd } from '../support/cli.ts';
import { openProxyServer, type ProxyOptions, type ProxyServer } from '../support/proxyServer.ts';
import { AT_ONCE } from '../support/rehearsal.ts';
import { CERTIFICATE, openTlsFront } from '../support/tlsFront.ts';
import { openWorkFolder, postsJsonl, type WorkFolder } from '../support/workFolder.ts';

const PASSWORD = 'hush-hush';
const ROWS = 90;

let folder: WorkFolder;
let service: RehearsalServer;
let job = '';
const open: { close: () => Promise<void> }[] = [];
beforeEach(async () => {
  folder = await openWorkFolder();
  service = await startRehearsal({ folder: `${folder.path}/service`, apiKey: 'sk-test-0123456789', timeline: AT_ONCE });
  open.push(service);
  await folder.write('posts.jsonl', postsJsonl(ROWS));
  job = await folder.job('posts', 'posts.jsonl', { limits: { maxRequests: 30 } });
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
  await folder.remove();
});

async function proxyServer(options: ProxyOptions = {}): Promise<ProxyServer> {
  const proxy = await openProxyServer(options);
  open.push(proxy);
  return proxy;
}

/** Sets up the service as provider `far` at an address. */
async function providerAt(baseUrl: string): Promise<void> {
  const far = { baseUrl, apiKeyEnv: 'FAR_KEY' };
  const prices = { 'gpt-4o-mini': { inputPerMillionUsd: 1, outputPerMillionUsd: 1 } };
  await folder.write('config.json', JSON.stringify({ providers: { far }, prices }));
}

/** Only what a test names of the variables for proxies and certificates. */
function environment(own: Record<string, string>): Record<string, string> {
  const none = { NODE_EXTRA_CA_CERTS: '', https_proxy: '', http_proxy: '' };
  return { ...none, no_proxy: '', FAR_KEY: 'sk-test-0123456789', ...own };
}

const run = (env: Record<string, string>): Promise<CliEnd> =>
  runCli(['run', job, '--provider', 'far', '--yes'], folder.path, environment(env));

const withPassword = (proxy: ProxyServer): string => proxy.url.replace('//', `//me:${PASSWORD}@`);

describe('a run behind a proxy', () => {
  it('goes to an https service through a tunnel, with the certificates of NODE_EXTRA_CA_CERTS', async () => {
    const front = await openTlsFront(service.port);
    open.push(front);
    const proxy = await proxyServer({ credentials: `me:${PASSWORD}` });
    await providerAt(`https://batches.example:${front.port}/v1`);
    const env = { https_proxy: withPassword(proxy), NODE_EXTRA_CA_CERTS: CERTIFICATE };
    const { code, stdout, stderr } = await run(env);
    expect(code, stderr).toBe(0);
    expect(new Set(proxy.seen.map(({ call }) => call))).toEqual(new Set([`CONNECT batches.example:${front.port}`]));
    expect(stdout + stderr).not.toMatch(/hush-hush|warning/i);
    job = await folder.job('again', 'posts.jsonl');
    const distrust = await run({ https_proxy: withPassword(proxy), NODE_EXTRA_CA_CERTS: '' });
    expect(distrust.code).toBe(1);
    expect(distrust.stderr).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('goes to an http service by calls that the proxy reads, not where NO_PROXY names the service', async () => {
    const proxy = await proxyServer();
    await providerAt(service.url);
    const { code, stderr } = await run({ http_proxy: proxy.url });
    expect(code, stderr).toBe(0);
    const calls = proxy.seen.map(({ call }) => call);
    expect(calls.filter((call) => call === `POST ${service.url}/files`)).toHaveLength(3);
    expect(calls.filter((call) => call === `POST ${service.url}/batches`)).toHaveLength(3);
    job = await folder.job('again', 'posts.jsonl', { limits: { maxRequests: 45 } });
    expect(await run({ http_proxy: proxy.url, no_proxy: '127.0.0.1' })).toMatchObject({ code: 0 });
    expect(proxy.seen).toHaveLength(calls.length);
  });

  it('rehearses without it', async () => {
    const env = environment({
      http_proxy: 'http://127.0.0.1:9',
      https_proxy: 'http://127.0.0.1:9',
      NODE_USE_ENV_PROXY: '1',
    });
    expect(await runCli(['run', job, '--provider', 'rehearsal'], folder.path, env)).toMatchObject({ code: 0 });
  });

  it.each(['http', 'https'])(
    'to an %s service fails in one sentence when the proxy wants another password',
    async (scheme) => {
      const proxy = await proxyServer({ credentials: 'me:other' });
      await providerAt(scheme === 'http' ? service.url : 'https://batches.example/v1');
      const { code, stdout, stderr } = await run({ http_proxy: withPassword(proxy), https_proxy: withPassword(proxy) });
      expect(code).toBe(1);
      expect(stderr).toContain(`The proxy ${proxy.host} wants a valid user name and password (status 407)`);
      expect(stdout + stderr).not.toContain(PASSWORD);
    },
  );

  it('is refused before anything is made where the address of the proxy is none', async () => {
    await providerAt('https://batches.example/v1');
    const { code, stdout, stderr } = await run({ https_proxy: `http://me:${PASSWORD}@:8080` });
    expect({ code, stdout, stderr: stderr.trim() }).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /https_proxy, in VS Code http.proxy, must be the address of a proxy, such as \S+\.$/,
      ) as string,
    });
    expect(await runCli(['runs', '--json'], folder.path)).toMatchObject({ stdout: '[]\n' });
  });

  it('ends at Ctrl-C although the proxy is silent', async () => {
    const proxy = await proxyServer({ isSilent: true });
    await providerAt('https://batches.example/v1');
    const args = ['run', job, '--provider', 'far', '--yes'];
    const running = startCli(args, folder.path, environment({ https_proxy: proxy.url }));
    await until(() => proxy.seen.length > 0);
    running.process.kill('SIGINT');
    expect(await running.end).toMatchObject({ code: 130 });
  });
});
