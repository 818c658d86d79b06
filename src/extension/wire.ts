import type { ChildProcess } from 'node:child_process';
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type DataCallback,
  type Disposable,
  type Message,
} from 'vscode-jsonrpc/node';
import type { EngineEvents, EngineRequests } from '../protocol/engineProtocol.ts';
import type { PageEvents, PageRequests } from '../protocol/pageProtocol.ts';
import { openTypedConnection, type TypedConnection } from '../protocol/typedConnection.ts';

/** The editor's end of the wire to the engine. */
export interface EngineWire {
  readonly calls: EngineRequests;
  readonly hears: EngineEvents;
  readonly answers: object;
  readonly tells: object;
}

/** The editor's end of the wire to a page. */
export interface PageWire {
  readonly calls: object;
  readonly hears: object;
  readonly answers: PageRequests;
  readonly tells: PageEvents;
}

/** What a webview offers for messages. */
export interface MessagePort {
  readonly post: (message: unknown) => void;
  readonly onMessage: (listener: (message: unknown) => void) => Disposable;
}

export type OnUnexpected = (method: string, error: unknown) => void;

export function connectEngine(child: ChildProcess, onUnexpected: OnUnexpected): TypedConnection<EngineWire> {
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  return openTypedConnection<EngineWire>(connection, { other: 'The engine', onUnexpected });
}

class PageReader extends AbstractMessageReader {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
  }

  listen(callback: DataCallback): Disposable {
    return this.#port.onMessage((message) => {
      if (isMessage(message)) callback(message);
    });
  }
}

class PageWriter extends AbstractMessageWriter {
  readonly #port: MessagePort;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
  }

  write(message: Message): Promise<void> {
    this.#port.post(message);
    return Promise.resolve();
  }

  end(): void {
    // a page ends with its panel
  }
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value;
}

export function connectPage(port: MessagePort, onUnexpected: OnUnexpected): TypedConnection<PageWire> {
  const connection = createMessageConnection(new PageReader(port), new PageWriter(port));
  return openTypedConnection<PageWire>(connection, { other: 'The page', onUnexpected });
}
