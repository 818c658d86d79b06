import { PassThrough } from 'node:stream';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { afterEach, expect, it } from 'vitest';
import { TrancheError } from '../../../src/core/errors.ts';
import { openTypedConnection, type TypedConnection } from '../../../src/protocol/typedConnection.ts';
import { isCancelled } from '../../../src/protocol/wireFailure.ts';

interface Requests {
  readonly double: { readonly params: { readonly value: number }; readonly result: number };
  readonly wait: { readonly params: object; readonly result: null };
}
interface Events {
  readonly news: { readonly text: string };
}
interface Client {
  readonly calls: Requests;
  readonly hears: Events;
  readonly answers: object;
  readonly tells: object;
}
interface Server {
  readonly calls: object;
  readonly hears: object;
  readonly answers: Requests;
  readonly tells: Events;
}

const open: { dispose: () => void }[] = [];
afterEach(() => open.splice(0).forEach((one) => one.dispose()));

function pair(unexpected: string[] = []): {
  client: TypedConnection<Client>;
  server: TypedConnection<Server>;
  cut: () => void;
} {
  const [up, down] = [new PassThrough(), new PassThrough()];
  const client = openTypedConnection<Client>(
    createMessageConnection(new StreamMessageReader(down), new StreamMessageWriter(up)),
    { other: 'The engine' },
  );
  const server = openTypedConnection<Server>(
    createMessageConnection(new StreamMessageReader(up), new StreamMessageWriter(down)),
    { other: 'The editor', onUnexpected: (method, error) => unexpected.push(`${method}: ${String(error)}`) },
  );
  open.push(client, server);
  const cut = (): void => {
    up.destroy();
    down.destroy();
  };
  return { client, server, cut };
}

it('carries requests with their results, and events', async () => {
  const { client, server } = pair();
  server.answer('double', async ({ value }) => 2 * value);
  const heard: string[] = [];
  const listening = client.on('news', ({ text }) => heard.push(text));
  client.listen();
  server.listen();
  server.tell('news', { text: 'first' });
  expect(await client.call('double', { value: 21 })).toBe(42);
  listening.dispose();
  server.tell('news', { text: 'second' });
  expect(await client.call('double', { value: 1 })).toBe(2);
  expect(heard).toEqual(['first']);
});

it('carries an error with its sentence and code, and tells its own side of mistakes', async () => {
  const unexpected: string[] = [];
  const { client, server } = pair(unexpected);
  server.answer('double', async ({ value }) => {
    throw value === 1 ? new TrancheError('budget', 'Too dear.') : new RangeError('oops');
  });
  client.listen();
  server.listen();
  await expect(client.call('double', { value: 1 })).rejects.toMatchObject({ code: 'budget', message: 'Too dear.' });
  expect(unexpected).toEqual([]);
  const mistake = { code: 'internal', message: 'Something unexpected went wrong: oops', isGone: false };
  await expect(client.call('double', { value: 2 })).rejects.toMatchObject(mistake);
  expect(unexpected).toEqual(['double: RangeError: oops']);
  await expect(client.call('wait', {})).rejects.toMatchObject({ code: 'internal' });
});

it('carries cancelling to the handler, and rejects once that has stopped', async () => {
  const { client, server } = pair();
  let stopped = 0;
  server.answer('wait', (_, signal) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        stopped++;
        reject(new TrancheError('cancelled', 'Stopped.'));
      });
    });
  });
  client.listen();
  server.listen();
  const stop = new AbortController();
  const waiting = client.call('wait', {}, stop.signal).catch((error: unknown) => error);
  setTimeout(() => stop.abort(), 20);
  expect(isCancelled(await waiting)).toBe(true);
  expect(stopped).toBe(1);
  expect(isCancelled(await client.call('wait', {}, stop.signal).catch((error: unknown) => error))).toBe(true);
  expect(stopped).toBe(1);
});

it('rejects what is under way, and aborts what is answered, when the other side is gone', async () => {
  const { client, server, cut } = pair();
  const aborted = new Promise<boolean>((resolve) => {
    server.answer('wait', (_, signal) => {
      signal.addEventListener('abort', () => resolve(true));
      return new Promise(() => undefined);
    });
  });
  client.listen();
  server.listen();
  const closed = new Promise<boolean>((resolve) => client.onClose(() => resolve(true)));
  const waiting = client.call('wait', {});
  setTimeout(cut, 20);
  await expect(waiting).rejects.toMatchObject({ isGone: true, message: 'The engine has ended.' });
  await expect(client.call('wait', {})).rejects.toMatchObject({ isGone: true });
  expect([await aborted, await closed]).toEqual([true, true]);
  server.tell('news', { text: 'nobody hears it' });
});

it('tells when all that is being answered has stopped', async () => {
  const { client, server } = pair();
  const steps: string[] = [];
  server.answer('wait', async (_, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    steps.push('stopped');
    throw new TrancheError('cancelled', 'Stopped.');
  });
  client.listen();
  server.listen();
  const waiting = client.call('wait', {}).catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 20));
  server.dispose();
  await server.settled();
  steps.push('settled');
  expect(steps).toEqual(['stopped', 'settled']);
  client.dispose();
  await waiting;
});
