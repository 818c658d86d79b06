import { describe, expect, it } from 'vitest';
import { openEngineClient, type EngineClient } from '../../../../src/extension/client/engineClient.ts';
import type { EngineLink } from '../../../../src/extension/client/launchEngine.ts';
import { Sentence } from '../../../../src/extension/failures.ts';
import type { EngineSettings } from '../../../../src/protocol/engineProtocol.ts';

const SETTINGS: EngineSettings = { apiKeys: { openai: 'sk-1' }, openaiBaseUrl: null, maxUsd: 5, workers: null };

/** An engine process that answers what it is told to, until it is killed. */
function fakeEngine(pid: number, answers: (method: string) => unknown) {
  const calls: string[] = [];
  const listeners = new Map<string, (payload: unknown) => void>();
  const pending = new Set<(error: Error) => void>();
  let exit: (words: string) => void = () => undefined;
  const exited = new Promise<string>((resolve) => {
    exit = resolve;
  });
  const end = (words: string): void => {
    for (const reject of pending) reject(new Sentence('internal', 'The engine has ended.', true));
    exit(words);
  };
  const link: EngineLink = {
    pid,
    exited,
    release: () => end('released'),
    connection: {
      call: ((method: string, params: unknown) => {
        calls.push(`${method} ${JSON.stringify(params)}`);
        const answer = answers(method);
        if (answer !== undefined) return Promise.resolve(answer);
        return new Promise((_resolve, reject) => pending.add(reject));
      }) as EngineLink['connection']['call'],
      on: ((event: string, listener: (payload: unknown) => void) => {
        listeners.set(event, listener);
        return { dispose: () => listeners.delete(event) };
      }) as EngineLink['connection']['on'],
      listen: () => undefined,
      dispose: () => undefined,
    },
  };
  return { link, calls, end, tell: (event: string, payload: unknown) => listeners.get(event)?.(payload) };
}

type Fake = ReturnType<typeof fakeEngine>;

function setUp(answers: (method: string, nth: number) => unknown): {
  readonly client: EngineClient;
  readonly engines: Fake[];
  readonly later: { work: () => void; delayMs: number }[];
  readonly log: string[];
} {
  const engines: Fake[] = [];
  const later: { work: () => void; delayMs: number }[] = [];
  const log: string[] = [];
  const client = openEngineClient({
    launch: async () => {
      const nth = engines.length;
      const engine = fakeEngine(nth + 1, (method) => answers(method, nth));
      engines.push(engine);
      return engine.link;
    },
    settings: async () => SETTINGS,
    nowMs: () => 0,
    later: (work, delayMs) => {
      const one = { work, delayMs };
      later.push(one);
      return { dispose: () => void later.splice(later.indexOf(one), 1) };
    },
    log: (level, message) => log.push(`${level} ${message}`),
    measure: (_name, work) => work(),
  });
  return { client, engines, later, log };
}

const works = (method: string): unknown =>
  method === 'engine/configure' ? { version: '1' } : method === 'providers/list' ? [] : undefined;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('the engine of a window', () => {
  it('starts with the first question, configured before it is asked', async () => {
    const { client, engines } = setUp(works);
    expect(engines).toHaveLength(0);
    await Promise.all([client.call('providers/list', {}), client.call('providers/list', {})]);
    expect(engines).toHaveLength(1);
    expect(engines[0]?.calls).toEqual([
      `engine/configure ${JSON.stringify(SETTINGS)}`,
      'providers/list {}',
      'providers/list {}',
    ]);
  });

  it('fails what is under way with one sentence when it dies, and starts again', async () => {
    const { client, engines, later } = setUp(works);
    const starts: number[] = [];
    client.onStarted(() => starts.push(engines.length));
    await client.call('providers/list', {});
    const pending = client.call('runs/watch', {});
    await settle();
    engines[0]?.end('signal SIGKILL');
    await expect(pending).rejects.toThrow(/stopped while it worked on this.*try once more/);
    await settle();
    expect(later).toMatchObject([{ delayMs: 250 }]);
    later[0]?.work();
    await settle();
    expect(engines).toHaveLength(2);
    expect(starts).toEqual([1, 2]);
    expect(client.pid()).toBe(2);
  });

  it('hears events of whichever process lives', async () => {
    const { client, engines, later } = setUp(works);
    const heard: string[] = [];
    client.on('run/removed', ({ runId }) => heard.push(runId));
    await client.call('providers/list', {});
    engines[0]?.tell('run/removed', { runId: 'a' });
    engines[0]?.end('exit code 1');
    await settle();
    later[0]?.work();
    await settle();
    engines[1]?.tell('run/removed', { runId: 'b' });
    expect(heard).toEqual(['a', 'b']);
  });

  it('gives up when it dies too often, and says so once', async () => {
    const { client, engines, later } = setUp(works);
    const ends: boolean[] = [];
    client.onEnded((willRestart) => ends.push(willRestart));
    await client.call('providers/list', {});
    for (let nth = 0; nth < 6; nth++) {
      engines[nth]?.end('exit code 1');
      await settle();
      later.shift()?.work();
      await settle();
    }
    expect(ends).toEqual([true, true, true, true, true, false]);
    expect(engines).toHaveLength(6);
    await client.call('providers/list', {}); // a person asks: it is tried once more
    expect(engines).toHaveLength(7);
  });

  it('says that it could not start, and why', async () => {
    const { client, engines } = setUp(() => undefined);
    const pending = client.call('providers/list', {});
    await settle();
    engines[0]?.end('exit code 7');
    await expect(pending).rejects.toThrow('The Tranche engine could not start (exit code 7); the log tells more.');
  });

  it('is configured anew when a setting changes, but not started for it', async () => {
    const { client, engines } = setUp(works);
    await client.configure();
    await settle();
    expect(engines).toHaveLength(0);
    await client.call('providers/list', {});
    await client.configure();
    await settle();
    expect(engines[0]?.calls.filter((call) => call.startsWith('engine/configure'))).toHaveLength(2);
  });

  it('starts at once when it is to be restarted, and counts no failure', async () => {
    const { client, engines, later } = setUp(works);
    await client.call('providers/list', {});
    client.restart();
    await settle();
    expect(engines).toHaveLength(2);
    expect(later).toHaveLength(0);
  });

  it('answers what is asked while it is being restarted, and tells of its end', async () => {
    const { client, engines } = setUp(works);
    const ends: boolean[] = [];
    client.onEnded((willRestart) => ends.push(willRestart));
    await client.call('providers/list', {});
    client.restart();
    expect(await client.call('providers/list', {})).toEqual([]);
    expect(engines[1]?.calls).toContain('providers/list {}');
    expect(ends).toEqual([true]);
  });

  it('is restarted as soon as it has started where it was to be meanwhile', async () => {
    const { client, engines } = setUp(works);
    const first = client.call('providers/list', {});
    client.restart();
    expect(await first).toEqual([]);
    await settle();
    expect(engines).toHaveLength(2);
    expect(client.pid()).toBe(2);
  });

  it('goes by the newest settings, however long the ones before took to be read', async () => {
    const pending: ((settings: EngineSettings) => void)[] = [];
    const engine = fakeEngine(1, works);
    const client = openEngineClient({
      launch: async () => engine.link,
      settings: () => new Promise((resolve) => pending.push(resolve)),
      nowMs: () => 0,
      later: () => ({ dispose: () => undefined }),
      log: () => undefined,
      measure: (_name, work) => work(),
    });
    const first = client.call('providers/list', {});
    await settle();
    pending.shift()?.(SETTINGS);
    await first;
    void client.configure();
    const last = client.configure();
    await settle();
    pending.splice(1).forEach((answer) => answer({ ...SETTINGS, maxUsd: 2 }));
    pending.shift()?.({ ...SETTINGS, maxUsd: 1 });
    await settle();
    pending.forEach((answer) => answer({ ...SETTINGS, maxUsd: 2 }));
    await last;
    expect(engine.calls.at(-1)).toContain('"maxUsd":2');
  });

  it('stays away once the window closes', async () => {
    const { client, engines, later } = setUp(works);
    await client.call('providers/list', {});
    client.dispose();
    await settle();
    expect(later).toHaveLength(0);
    expect(engines).toHaveLength(1);
    await expect(client.call('providers/list', {})).rejects.toThrow('The window is closing.');
  });
});
