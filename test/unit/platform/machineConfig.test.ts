import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isTrancheError } from '../../../src/core/errors.ts';
import { apiKeyOf, effectiveMaxUsd, providerNamed, readMachineConfig } from '../../../src/platform/machineConfig.ts';
import { stateFolders } from '../../../src/platform/stateFolder.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'tranche-config-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const read = async (text: string | null, env: Record<string, string> = {}) => {
  if (text !== null) await writeFile(path.join(home, 'config.json'), text);
  return readMachineConfig({ TRANCHE_HOME: home, ...env });
};

async function problem(text: string): Promise<string> {
  try {
    await read(text);
  } catch (error) {
    expect(isTrancheError(error, 'usage')).toBe(true);
    return (error as Error).message;
  }
  throw new Error('the configuration was taken');
}

describe("the machine's configuration", () => {
  test('that is missing has the two built-in providers and no cap', async () => {
    expect(await read(null)).toEqual({
      path: path.join(home, 'config.json'),
      maxUsd: null,
      providers: {
        rehearsal: { name: 'rehearsal', kind: 'rehearsal', baseUrl: null, apiKeyEnv: null, priceList: 'free' },
        openai: {
          name: 'openai',
          kind: 'openai',
          baseUrl: 'https://api.openai.com/v1',
          apiKeyEnv: 'OPENAI_API_KEY',
          priceList: 'openai',
        },
      },
      prices: {},
    });
  });

  test('keeps all that it says', async () => {
    const config = await read(`\ufeff// mine
      { "maxUsd": 25, "providers": {
          "groq": { "baseUrl": "https://api.groq.com/openai/v1/", "apiKeyEnv": "GROQ_API_KEY" },
          "local": { "baseUrl": "http://10.0.0.5:8000/v1" },
          "proxy": { "baseUrl": "https://proxy.example.com/v1", "apiKeyEnv": "PROXY_KEY", "priceList": "openai" },
          "eu": { "baseUrl": "https://eu.api.openai.com/v1", "apiKeyEnv": "EU_KEY" }, },
        "prices": { "llama-3.1-8b": { "inputPerMillionUsd": 0.025, "outputPerMillionUsd": 0 } } }`);
    expect(config.maxUsd).toBe(25);
    expect(Object.keys(config.providers)).toEqual(['rehearsal', 'openai', 'groq', 'local', 'proxy', 'eu']);
    expect(config.providers['groq']).toEqual({
      name: 'groq',
      kind: 'openai',
      baseUrl: 'https://api.groq.com/openai/v1',
      apiKeyEnv: 'GROQ_API_KEY',
      priceList: 'none',
    });
    expect(config.providers['local']).toMatchObject({ baseUrl: 'http://10.0.0.5:8000/v1', apiKeyEnv: null });
    expect([config.providers['proxy']?.priceList, config.providers['eu']?.priceList]).toEqual(['openai', 'openai']);
    expect(config.prices).toEqual({ 'llama-3.1-8b': { inputPerMillionUsd: 0.025, outputPerMillionUsd: 0 } });
  });

  test('takes the address of OpenAI from OPENAI_BASE_URL unless the file names one', async () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:4010/v1/' };
    expect((await read(null, env)).providers['openai']).toMatchObject({
      baseUrl: 'http://127.0.0.1:4010/v1',
      priceList: 'openai',
    });
    const named = await read('{ "providers": { "openai": { "baseUrl": "https://x.example.com/v1" } } }', env);
    expect(named.providers['openai']).toMatchObject({
      baseUrl: 'https://x.example.com/v1',
      apiKeyEnv: 'OPENAI_API_KEY',
    });
    const open = await read('{}', { OPENAI_BASE_URL: 'http://api.example.com/v1' });
    expect(providerNamed(open, 'rehearsal').kind).toBe('rehearsal');
    expect(() => providerNamed(open, 'openai')).toThrow(
      'The environment variable OPENAI_BASE_URL must begin with "https://", since the key would travel readable otherwise.',
    );
  });

  test.each([
    ['{ "maxUsd": -1 }', '1:13: "maxUsd" must be a number of US dollars above 0 or 0, not -1.'],
    ['{ "maxusd": 1 }', '1:3: unknown key "maxusd": did you mean "maxUsd"?'],
    ['[]', "1:1: the machine's configuration must be an object, not a list."],
    ['', '1:1: not readable as JSON: a value is missing here.'],
    ['{ "providers": [] }', '1:16: "providers" must be an object with a member for each provider.'],
    ['{ "prices": 1 }', '1:13: "prices" must be an object with a member for each model.'],
    ['{ "providers": { "rehearsal": {} } }', '1:18: the provider "rehearsal" is built in and cannot be changed.'],
    [
      '{ "providers": { "a b": {} } }',
      "1:18: a provider's name is 1 to 64 letters, digits, dots, hyphens and underscores.",
    ],
    ['{ "providers": { "x": {} } }', '1:23: "providers.x" lacks "baseUrl": the address of the service.'],
    [
      '{ "providers": { "x": { "baseUrl": "api.example.com" } } }',
      '1:36: "providers.x.baseUrl" must be an address such as "https://api.example.com/v1".',
    ],
    [
      '{ "providers": { "x": { "baseUrl": "ftp://example.com" } } }',
      '1:36: "providers.x.baseUrl" must begin with "https://" or "http://".',
    ],
    [
      '{ "providers": { "x": { "baseUrl": "http://example.com", "apiKeyEnv": "K" } } }',
      '1:36: "providers.x.baseUrl" must begin with "https://", since the key would travel readable otherwise.',
    ],
    [
      '{ "providers": { "x": { "baseUrl": "https://e.com/?key=1" } } }',
      '1:36: "providers.x.baseUrl" must end with its path, without "?" and "#".',
    ],
    [
      '{ "prices": { "m": { "inputPerMillionUsd": 1 } } }',
      '1:20: "prices.m" lacks "outputPerMillionUsd": US dollars for a million output tokens in a batch, 0 if there are none.',
    ],
  ])('%s is refused', async (text, sentence) => {
    expect(await problem(text)).toBe(`config.json:${sentence}`);
  });

  test.each([
    '{ "providers": { "x": { "baseUrl": "https://e.com", "apiKeyEnv": "sk-SECRET" } } }',
    '{ "providers": { "x": { "baseUrl": "https://e.com", "apiKey": "sk-SECRET" } } }',
    '{ "providers": { "x": { "baseUrl": "https://me:sk-SECRET@e.com" } } }',
    '{ "providers": { "x": { "baseUrl": "https://e.com?k=sk-SECRET" } } }',
    '{ "token": "sk-SECRET" }',
  ])('never repeats what may be a key: %s', async (text) => {
    const sentence = await problem(text);
    expect(sentence).not.toContain('SECRET');
    expect(sentence).toMatch(/environment variable|without "\?"/);
  });

  test('keeps a provider from use that a malformed proxy stands before, and others not', async () => {
    const near = '{ "providers": { "near": { "baseUrl": "http://127.0.0.1:8000/v1" } } }';
    const config = await read(near, { HTTPS_PROXY: 'socks5://me:SECRET@proxy', HTTP_PROXY: 'socks5://proxy' });
    expect(() => providerNamed(config, 'openai')).toThrow(/^HTTPS_PROXY, .* must name an HTTP proxy: [^@]*$/);
    expect(providerNamed(config, 'near').name).toBe('near');
    expect(providerNamed(config, 'rehearsal').name).toBe('rehearsal');
  });

  test('that cannot be read says why', async () => {
    await mkdir(path.join(home, 'config.json'));
    await expect(read(null)).rejects.toThrow(
      `The machine's configuration ${path.join(home, 'config.json')} cannot be read: EISDIR.`,
    );
    await rm(path.join(home, 'config.json'), { recursive: true });
    await writeFile(path.join(home, 'config.json'), Uint8Array.of(0xff, 0xfe, 0));
    await expect(read(null)).rejects.toThrow(/cannot be read: it is not UTF-8 text\.$/);
  });
});

test('an unknown provider is named with those there are', async () => {
  const config = await read(null);
  expect(providerNamed(config, 'openai').name).toBe('openai');
  expect(() => providerNamed(config, 'opnai')).toThrow(
    'There is no provider "opnai" on this machine: did you mean "openai"?',
  );
  expect(() => providerNamed(config, 'constructor')).toThrow('known are "rehearsal", "openai"');
});

test('a key comes from the environment alone', async () => {
  const config = await read('{ "providers": { "local": { "baseUrl": "http://10.0.0.5/v1" } } }');
  expect(apiKeyOf(providerNamed(config, 'openai'), { OPENAI_API_KEY: ' sk-1\n' })).toBe('sk-1');
  expect(apiKeyOf(providerNamed(config, 'local'), {})).toBeNull();
  for (const env of [{}, { OPENAI_API_KEY: ' ' }]) {
    expect(() => apiKeyOf(providerNamed(config, 'openai'), env)).toThrow(
      'The provider "openai" wants a key: set the environment variable OPENAI_API_KEY, or run with --provider rehearsal, which needs none.',
    );
  }
});

test('a job lowers the cap of the machine and never raises it', async () => {
  const capped = await read('{ "maxUsd": 10 }');
  expect([null, 5, 20].map((job) => effectiveMaxUsd(capped, job))).toEqual([10, 5, 10]);
  const free = await read('{}');
  expect([null, 5].map((job) => effectiveMaxUsd(free, job))).toEqual([null, 5]);
  expect(effectiveMaxUsd(await read('{ "maxUsd": 0 }'), 5)).toBe(0);
});

test('all lies below TRANCHE_HOME where it is set, else where the system keeps such things', () => {
  expect(stateFolders({ TRANCHE_HOME: '/x/y' })).toEqual({ state: path.resolve('/x/y'), config: path.resolve('/x/y') });
  const { state, config } = stateFolders({ TRANCHE_HOME: '' });
  expect(path.isAbsolute(state) && path.isAbsolute(config) && state.includes('tranche')).toBe(true);
});
