import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { proxyOf } from '../../../src/platform/proxyOf.ts';

const OPENAI = 'https://api.openai.com/v1';
const PROXY = { HTTPS_PROXY: 'http://proxy.example:3128', HTTP_PROXY: 'http://plain.example:8080' };

function hostFor(address: string, environment: Record<string, string>): string | null {
  return proxyOf(address, environment)?.host ?? null;
}

describe('the proxy of an address', () => {
  it('is the one for its scheme, and none where none is named', () => {
    expect(hostFor(OPENAI, PROXY)).toBe('proxy.example:3128');
    expect(hostFor('http://models.example/v1', PROXY)).toBe('plain.example:8080');
    expect(hostFor(OPENAI, { HTTP_PROXY: 'http://plain.example:8080' })).toBeNull();
    expect(hostFor(OPENAI, {})).toBeNull();
    expect(hostFor(OPENAI, { HTTPS_PROXY: ' ' })).toBeNull();
  });

  it('is named by small letters before capitals, even by none', () => {
    expect(hostFor(OPENAI, { ...PROXY, https_proxy: 'http://small.example' })).toBe('small.example');
    expect(hostFor(OPENAI, { ...PROXY, https_proxy: '' })).toBeNull();
    expect(hostFor(OPENAI, { ...PROXY, NO_PROXY: '*', no_proxy: '' })).toBe('proxy.example:3128');
  });

  it('needs no scheme of its own, and keeps user name and password out of what is shown', () => {
    expect(hostFor(OPENAI, { HTTPS_PROXY: 'proxy.example:3128' })).toBe('proxy.example:3128');
    const proxy = proxyOf(OPENAI, { HTTPS_PROXY: 'http://me:p%40ss@proxy.example:3128/' });
    expect(proxy).toEqual({
      address: 'http://proxy.example:3128',
      host: 'proxy.example:3128',
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    });
    expect(proxyOf(OPENAI, { HTTPS_PROXY: 'http://me@proxy.example' })?.authorization).toBe(`Basic ${btoa('me:')}`);
  });

  it.each([
    'http://me:secret%zz@proxy.example',
    'http://me:secret@',
    'http://me:secret@proxy:99999',
    'socks5://me:secret@proxy',
  ])('is refused in one sentence without a part of it: %s', (address) => {
    for (const name of ['HTTPS_PROXY', 'https_proxy']) {
      const failure = (() => {
        try {
          return proxyOf(OPENAI, { [name]: address });
        } catch (error) {
          return error;
        }
      })();
      expect(failure).toMatchObject({
        code: 'usage',
        message: expect.stringMatching(new RegExp(`^${name}, in VS Code http.proxy, must .*\\.$`)) as string,
      });
      expect(inspect(failure)).not.toContain('secret');
    }
  });
});

describe('NO_PROXY', () => {
  it.each([
    ['https://api.example/v1', 'api.example', true],
    ['https://api.example/v1', 'EXAMPLE', true],
    ['https://api.example/v1', '.example', true],
    ['https://api.example/v1', '*.example', true],
    ['https://api.example/v1', 'other, api.example', true],
    ['https://api.example/v1', 'other api.example', true],
    ['https://api.example/v1', '*', true],
    ['https://api.example/v1', 'api.example:443', true],
    ['https://api.example:444/v1', 'api.example:444', true],
    ['https://api.example/v1', 'api.example:444', false],
    ['https://api.example/v1', 'pi.example', false],
    ['https://api.example/v1', 'example.api', false],
    ['https://api.example/v1', ', ., *.', false],
    ['https://10.1.2.3/v1', '10.0.0.0/8', true],
    ['https://10.1.2.3/v1', '10.1.2.3', true],
    ['https://10.1.2.3:8443/v1', '10.1.2.3:8443', true],
    ['https://11.1.2.3/v1', '10.0.0.0/8', false],
    ['https://11.1.2.3/v1', '1.2.3', false],
    ['https://11.1.2.3/v1', '10.0.0.0/99', false],
    ['https://[fd00::1]/v1', 'fd00::/8', true],
    ['https://[fd00::1]/v1', '[fd00::1]', true],
    ['https://[fd00::1]:444/v1', '[fd00::1]:444', true],
    ['https://[fe00::1]/v1', 'fd00::/8', false],
  ])('lets %s with %j go straight: %s', (address, exceptions, isStraight) => {
    expect(hostFor(address, { ...PROXY, NO_PROXY: exceptions })).toBe(isStraight ? null : 'proxy.example:3128');
  });

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '[::1]'])('unset lets calls to %s go straight', (host) => {
    expect(hostFor(`http://${host}:8000/v1`, PROXY)).toBeNull();
    expect(hostFor(`http://${host}:8000/v1`, { ...PROXY, NO_PROXY: '' })).toBe('plain.example:8080');
  });
});
