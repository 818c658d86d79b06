import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { timingSafeEqual } from 'node:crypto';
import { ApiError } from './apiError.ts';
import { parseFaults } from './faults.ts';
import { PROBE_PATH, TOKEN_HEADER } from './folderClaim.ts';
import { sendError, sendJson } from './httpAnswer.ts';
import { answer, freshId, routeOf, type Service } from './service.ts';

const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/** The HTTP side of the service: who may ask, and every connection and request until it is closed. */
export class Front {
  readonly #service: Service;
  readonly #apiKey: string | undefined;
  readonly #token: string;
  readonly #server: Server;
  readonly #closing = new AbortController();
  readonly #active = new Set<Promise<void>>();
  readonly #loaded: Promise<void>;
  #open: () => void = () => undefined;

  constructor(service: Service, token: string, apiKey: string | undefined) {
    this.#token = token;
    this.#service = service;
    this.#apiKey = apiKey;
    this.#loaded = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.#server = createServer((request, response) => this.#take(request, response));
    // A slow upload of a large file is no attack on a loopback service.
    this.#server.requestTimeout = 0;
  }

  /** Listens on 127.0.0.1 and resolves to the port. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : port);
      });
    });
  }

  /** Begins to answer; until then requests wait, but for the token. */
  open(): void {
    this.#open();
  }

  /** Cuts every connection and resolves once no handler is left. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#open();
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    await Promise.all(this.#active);
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const handled = this.#handle(request, response).finally(() => this.#active.delete(handled));
    this.#active.add(handled);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that leaves is its own business: there is nobody left to tell.
    response.on('error', () => undefined);
    response.setHeader('x-request-id', freshId('req_'));
    response.setHeader(TOKEN_HEADER, this.#token);
    try {
      this.#admit(request);
      const url = urlOf(request);
      if (url.pathname === PROBE_PATH) return sendJson(response, 200, { object: 'rehearsal' });
      await this.#loaded;
      const route = routeOf(request.method ?? 'GET', url.pathname);
      const header = parseFaults(String(request.headers['x-rehearsal-fault'] ?? ''), route.operation);
      const { faults: counter } = this.#service;
      const faults = counter.strike('request', route.operation, header);
      const batchFaults = () => counter.strike('batch', route.operation, header);
      const call = { request, response, query: url.searchParams, id: route.id, faults, batchFaults };
      await answer(this.#service, route, call, this.#closing.signal);
    } catch (error) {
      if (response.headersSent || response.destroyed) response.destroy();
      else sendError(response, error);
    }
  }

  #admit(request: IncomingMessage): void {
    if (!LOCAL_HOST.test(request.headers.host ?? '') || request.headers.origin !== undefined) {
      throw new ApiError(403, 'The rehearsal service answers programs on this machine only.', { code: 'not_local' });
    }
    if (this.#apiKey === undefined) return;
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${this.#apiKey}`);
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new ApiError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
    }
  }
}

function urlOf(request: IncomingMessage): URL {
  const text = `http://127.0.0.1${request.url ?? '/'}`;
  if (URL.canParse(text)) return new URL(text);
  throw new ApiError(400, 'The address of the request can not be read.');
}
