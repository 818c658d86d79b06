import { afterEach, beforeEach, expect, it } from 'vitest';
import { openConfigured, type Configured } from '../../../../src/engine/serve/configured.ts';
import { openWorkFolder, type WorkFolder } from '../../../support/workFolder.ts';

const SETTINGS = { apiKeys: {}, openaiBaseUrl: null, maxUsd: null, workers: 1 };

let folder: WorkFolder;
let configured: Configured;
beforeEach(async () => {
  folder = await openWorkFolder();
  configured = openConfigured({ TRANCHE_HOME: folder.path, LOCAL_KEY: 'local-key-of-a-machine' }, {});
});
afterEach(() => folder.remove());

const write = (config: object): Promise<string> => folder.write('config.json', JSON.stringify(config));

it('goes by the cap, the providers and their keys that the configuration of the machine names now', async () => {
  await configured.configure(SETTINGS);
  expect((await configured.engine()).config.maxUsd).toBeNull();
  await write({ maxUsd: 5, providers: { local: { baseUrl: 'https://127.0.0.1/v1', apiKeyEnv: 'LOCAL_KEY' } } });
  const { config } = await configured.engine();
  expect([config.maxUsd, Object.keys(config.providers)]).toEqual([5, ['rehearsal', 'openai', 'local']]);
  expect(configured.redact('the key local-key-of-a-machine')).toBe('the key [key]');
  await configured.configure({ ...SETTINGS, maxUsd: 2 });
  await write({ maxUsd: 3 });
  expect((await configured.engine()).config.maxUsd).toBe(2);
  expect(await configured.engine()).toBe(await configured.engine());
});

it('says what is wrong with it, and works again once that is mended', async () => {
  await configured.configure(SETTINGS);
  await write({ maxUsd: 'five' });
  await expect(configured.engine()).rejects.toMatchObject({ code: 'usage' });
  await write({ maxUsd: 5 });
  expect((await configured.engine()).config.maxUsd).toBe(5);
});

it('knows the keys of the newest settings only, and takes all out of texts', async () => {
  await configured.configure({ ...SETTINGS, apiKeys: { openai: 'sk-first-0123456' } });
  await configured.configure({ ...SETTINGS, apiKeys: { local: 'sk-second-012345' } });
  expect([configured.hasKey('openai'), configured.hasKey('local')]).toEqual([false, true]);
  expect(configured.redact('sk-first-0123456 sk-second-012345')).toBe('[key] [key]');
});
