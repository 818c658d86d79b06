import { expect, it } from 'vitest';
import { openEngine, type Engine } from '../../../src/engine/openEngine.ts';
import { providerNamed } from '../../../src/platform/machineConfig.ts';

async function engineWith(environment: Record<string, string>, key?: string): Promise<Engine> {
  const apiKeys = key === undefined ? {} : { openai: key };
  return openEngine({ environment: { TRANCHE_HOME: '/nowhere', ...environment }, surface: 'editor', apiKeys });
}

it("takes the editor's key before that of the environment, and knows where each came from", async () => {
  const both = await engineWith({ OPENAI_API_KEY: 'sk-environment' }, ' sk-editor ');
  const openai = providerNamed(both.config, 'openai');
  expect(both.apiKey(openai)).toEqual({ text: 'sk-editor', from: '"Tranche: Set API Key"' });
  const one = await engineWith({ OPENAI_API_KEY: 'sk-environment\n' }, ' ');
  expect(one.apiKey(openai)).toEqual({ text: 'sk-environment', from: 'OPENAI_API_KEY' });
});

it.each(['sk-one\nsk-two', 'sk-\u0430bc', 'sk-\u200bone'])(
  'refuses a key that cannot be sent, unseen: %j',
  async (key) => {
    const engines = [await engineWith({}, key), await engineWith({ OPENAI_API_KEY: key })];
    for (const engine of engines) {
      const ask = (): unknown => engine.apiKey(providerNamed(engine.config, 'openai'));
      expect(ask).toThrow(
        /^The key from \S.+ holds a line break or a character that no key has; put it there again\.$/,
      );
      expect(ask).not.toThrow(key);
    }
  },
);
