import { ResponseError, type CancellationToken, type Disposable, type MessageConnection } from 'vscode-jsonrpc';
import type { WireError } from './engineProtocol.ts';
import { isForPeople, wireErrorOf, WireFailure } from './wireFailure.ts';

type ParamsOf<Requests, Method extends keyof Requests> = Requests[Method] extends { readonly params: infer Params }
  ? Params
  : never;
type ResultOf<Requests, Method extends keyof Requests> = Requests[Method] extends { readonly result: infer Result }
  ? Result
  : never;
type Name<Map> = keyof Map & string;

/** The words of one side: what it calls and hears, what it answers and tells. */
export interface Wire {
  readonly calls: object;
  readonly hears: object;
  readonly answers: object;
  readonly tells: object;
}

/** One end of a wire. Both ends are told of each other by their maps of requests and events. */
export interface TypedConnection<W extends Wire> {
  /** Rejects with a WireFailure: `cancelled` once the signal aborts and the other side has stopped, `isGone` when the other side ended. */
  readonly call: <Method extends Name<W['calls']>>(
    method: Method,
    params: ParamsOf<W['calls'], Method>,
    signal?: AbortSignal,
  ) => Promise<ResultOf<W['calls'], Method>>;
  /** The signal aborts when the caller cancels, and when it goes away. */
  readonly answer: <Method extends Name<W['answers']>>(
    method: Method,
    handler: (params: ParamsOf<W['answers'], Method>, signal: AbortSignal) => Promise<ResultOf<W['answers'], Method>>,
  ) => void;
  /** Never fails: what cannot be told to a side that is gone is lost. */
  readonly tell: <Event extends Name<W['tells']>>(event: Event, payload: W['tells'][Event]) => void;
  readonly on: <Event extends Name<W['hears']>>(
    event: Event,
    listener: (payload: W['hears'][Event]) => void,
  ) => Disposable;
  /** Begins to read: handlers and listeners are in place. */
  readonly listen: () => void;
  readonly onClose: (listener: () => void) => Disposable;
  /** Ends it; calls under way reject, and what is being answered aborts. */
  readonly dispose: () => void;
  /** Resolves once nothing is being answered any more. */
  readonly settled: () => Promise<void>;
}

/** What a connection needs to know for its sentences and the log. */
export interface ConnectionOptions {
  /** For sentences: `The engine`. */
  readonly other: string;
  /** A handler failed by a mistake in the program: for the log. */
  readonly onUnexpected?: (method: string, error: unknown) => void;
}

function tokenOf(signal: AbortSignal): CancellationToken {
  return {
    get isCancellationRequested() {
      return signal.aborted;
    },
    onCancellationRequested: (listener: (event: unknown) => unknown) => {
      const told = (): void => void listener(undefined);
      signal.addEventListener('abort', told, { once: true });
      return { dispose: () => signal.removeEventListener('abort', told) };
    },
  };
}

function isWireError(value: unknown): value is WireError {
  if (typeof value !== 'object' || value === null) return false;
  return 'code' in value && typeof value.code === 'string' && 'message' in value && typeof value.message === 'string';
}

/** JSON-RPC's codes are below zero and mean the programs, ours is the one for errors that carry their sentence. */
const OURS = 1;

function failureOf(error: unknown, isOpen: boolean, other: string): WireFailure {
  const data: unknown = error instanceof ResponseError ? error.data : undefined;
  if (isWireError(data)) return new WireFailure(data);
  if (!isOpen) return new WireFailure({ code: 'internal', message: `${other} has ended.` }, true);
  return new WireFailure(wireErrorOf(error));
}

/** Puts a handler's end into the shape that JSON-RPC sends. */
async function answered<Result>(
  method: string,
  work: () => Promise<Result>,
  onUnexpected: ConnectionOptions['onUnexpected'],
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isForPeople(error)) onUnexpected?.(method, error);
    const wire = wireErrorOf(error);
    throw new ResponseError<WireError>(OURS, wire.message, wire);
  }
}

/** Speaks in the words of `W` over a connection that nobody else uses. */
export function openTypedConnection<W extends Wire>(
  connection: MessageConnection,
  { other, onUnexpected }: ConnectionOptions,
): TypedConnection<W> {
  let isOpen = true;
  const answering = new Set<Promise<unknown>>();
  const closing = new AbortController();
  const end = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closing.abort();
    connection.dispose(); // only this rejects what is under way
  };
  connection.onClose(end);
  connection.onError(end); // what could not be written is answered by nobody, and a close may never be told
  return {
    call: async (method, params, signal) => {
      if (signal?.aborted === true) throw new WireFailure({ code: 'cancelled', message: 'Stopped.' });
      try {
        if (!isOpen) throw new Error('closed');
        return await (signal === undefined
          ? connection.sendRequest(method, params)
          : connection.sendRequest(method, params, tokenOf(signal)));
      } catch (error) {
        throw failureOf(error, isOpen, other);
      }
    },
    answer: (method, handler) => {
      connection.onRequest(method, async (params: ParamsOf<W['answers'], typeof method>, token: CancellationToken) => {
        const controller = new AbortController();
        const stop = (): void => controller.abort();
        const asked = token.onCancellationRequested(stop);
        closing.signal.addEventListener('abort', stop, { once: true });
        if (token.isCancellationRequested || closing.signal.aborted) stop();
        const answer = answered(method, () => handler(params, controller.signal), onUnexpected);
        answering.add(answer);
        try {
          return await answer;
        } finally {
          answering.delete(answer);
          asked.dispose();
          closing.signal.removeEventListener('abort', stop);
        }
      });
    },
    tell: (event, payload) => {
      if (isOpen) void connection.sendNotification(event, payload).catch(() => undefined);
    },
    on: (event, listener) => connection.onNotification(event, listener),
    listen: () => connection.listen(),
    onClose: (listener) => {
      closing.signal.addEventListener('abort', listener, { once: true });
      return { dispose: () => closing.signal.removeEventListener('abort', listener) };
    },
    dispose: end,
    settled: async () => {
      await Promise.allSettled(answering);
    },
  };
}
