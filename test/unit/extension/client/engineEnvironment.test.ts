import { describe, expect, it } from 'vitest';
import { engineStart } from '../../../../src/extension/client/engineEnvironment.ts';
import { readNetworkSettings, type NetworkSettings } from '../../../../src/extension/settings.ts';

const NOTHING_SET: NetworkSettings = { proxy: null, strictSsl: true, noProxy: [], systemCertificates: true };
const never = (): boolean => false;

describe('how the engine is started', () => {
  it('passes the environment on, certificates of it too, but no debugger', () => {
    const env = {
      PATH: '/bin',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      NODE_OPTIONS: '--inspect',
      HTTPS_PROXY: 'http://env:1',
    };
    const start = engineStart(env, NOTHING_SET, never);
    expect(start.env).toMatchObject({ PATH: '/bin', NODE_EXTRA_CA_CERTS: '/ca.pem', HTTPS_PROXY: 'http://env:1' });
    expect(start.env['NODE_OPTIONS']).toBeUndefined();
    expect(start.env).not.toHaveProperty('NODE_TLS_REJECT_UNAUTHORIZED');
  });

  it("puts the editor's proxy before the environment's", () => {
    const network = { ...NOTHING_SET, proxy: 'http://proxy:3128', noProxy: ['localhost', '.corp'] };
    const { env } = engineStart({ HTTPS_PROXY: 'http://env:1', NODE_USE_ENV_PROXY: '1' }, network, never);
    for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy']) {
      expect(env[name]).toBe('http://proxy:3128');
    }
    expect(env['NODE_USE_ENV_PROXY']).toBeUndefined();
  });

  it('excepts from any proxy what the editor does, this machine too, and without a setting what the environment says', () => {
    const { env } = engineStart({ no_proxy: 'other' }, { ...NOTHING_SET, noProxy: ['.corp'] }, never);
    for (const name of ['NO_PROXY', 'no_proxy']) expect(env[name]).toBe('.corp,localhost,127.0.0.0/8,::1');
    expect(engineStart({ no_proxy: 'other' }, NOTHING_SET, never).env['no_proxy']).toBe('other');
  });

  it("asks for the system's certificates where this Node knows how", () => {
    expect(engineStart({}, NOTHING_SET, (flag) => flag === '--use-system-ca').execArgv).toEqual(['--use-system-ca']);
    expect(engineStart({}, NOTHING_SET, never).execArgv).toEqual([]);
    expect(engineStart({}, NOTHING_SET, never).env['NODE_USE_SYSTEM_CA']).toBe('1');
    const without = engineStart({}, { ...NOTHING_SET, systemCertificates: false }, () => true);
    expect(without.execArgv).toEqual([]);
    expect(without.env).not.toHaveProperty('NODE_USE_SYSTEM_CA');
  });

  it('leaves certificates unchecked only where a person said so, and has that logged', () => {
    const start = engineStart({}, { ...NOTHING_SET, strictSsl: false }, never);
    expect(start.env['NODE_TLS_REJECT_UNAUTHORIZED']).toBe('0');
    expect(start.note).toContain('http.proxyStrictSSL is off');
    expect(engineStart({}, NOTHING_SET, never).note).toBeNull();
  });
});

describe("the editor's network settings", () => {
  const read = (values: Record<string, unknown>): NetworkSettings => readNetworkSettings((key) => values[key]);

  it('are those of an editor where nothing is set', () => {
    expect(read({ 'http.proxy': '' })).toEqual(NOTHING_SET);
  });

  it('have no proxy where support for it is off', () => {
    expect(read({ 'http.proxy': 'http://p:1' }).proxy).toBe('http://p:1');
    expect(read({ 'http.proxy': 'http://p:1', 'http.proxySupport': 'off' }).proxy).toBeNull();
  });
});
