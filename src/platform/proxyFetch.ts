import type { Proxy } from './proxyOf.ts';

/** Node's `fetch` in another make. */
export interface ServiceFetch {
  readonly fetch: typeof fetch;
  /** The proxy's host for sentences; null where every call goes straight to its service. */
  readonly proxyHost: string | null;
  /** Cuts all connections; resolves when they are gone. */
  readonly close: () => Promise<void>;
}

/**
 * A `fetch` whose calls go through a proxy, or through none whatever the environment says. Certificates are judged as Node judges
 * them everywhere (`NODE_EXTRA_CA_CERTS`). An `https` service gets a tunnel; the proxy reads what goes to an `http` one.
 */
export async function openProxyFetch(proxy: Proxy | null): Promise<ServiceFetch> {
  void globalThis.Headers; // Node's own fetch takes the package's connections for its own if the package is loaded first
  const { default: undici } = await import('undici'); // a bundle has only the default of a CommonJS package
  const dispatcher = proxy === null ? new undici.Agent() : new undici.ProxyAgent(optionsOf(proxy));
  const through = (input: string, init: object): unknown => undici.fetch(input, { ...init, dispatcher });
  return {
    fetch: through as typeof fetch,
    proxyHost: proxy?.host ?? null,
    close: () => dispatcher.destroy(),
  };
}

function optionsOf({ address, authorization }: Proxy): { uri: string; token?: string; proxyTunnel: false } {
  const options = { uri: address, proxyTunnel: false } as const;
  return authorization === null ? options : { ...options, token: authorization };
}
