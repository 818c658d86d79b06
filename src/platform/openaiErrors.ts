import { APIConnectionError, APIConnectionTimeoutError, APIError, APIUserAbortError } from 'openai';
import { isTrancheError, TrancheError } from '../core/errors.ts';
import { LIST_INCOMPLETE, ProviderError, type ProviderFault } from '../core/submit/providerError.ts';

/** What error sentences may say of a service. */
export interface ServiceFacts {
  readonly baseUrl: string;
  /** Never shown; taken out of everything the service says. */
  readonly apiKey: string | null;
  /** The environment variable the key came from, `OPENAI_API_KEY`; null when there is no key. */
  readonly keyName: string | null;
  /** Host and port of the proxy on the way there, if there is one. */
  readonly proxyHost?: string | null;
}

const NO_FAULT: ProviderFault = {
  status: null,
  providerCode: null,
  providerMessage: null,
  retryAfterMs: null,
  mayPass: false,
};
/** A used-up account, which no waiting fills: https://platform.openai.com/docs/guides/error-codes */
const NO_QUOTA = 'insufficient_quota';
const MAX_MESSAGE = 400;
const MAX_RETRY_AFTER_MS = 3_600_000;
const NAME_NOT_FOUND = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME']);
const NO_CONNECTION = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
/** How undici tells the status a proxy answered instead of passing the call on. */
const PROXY_STATUS = /Proxy response \((\d{3})\)|Proxy Authentication Required \((407)\)/;
const TOO_LARGE = /too (large|big)/i;
const CERTIFICATE = /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;
/** Only what a handshake fails with: any other TLS error may come after the request was sent. */
const NO_TLS = new Set(['ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG', 'ERR_SSL_HTTP_REQUEST']);
const DISK = new Set(['ENOENT', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'EISDIR', 'EIO']);

/** The error of a failed call as a sentence; `what` is the thing done, `the upload of x.jsonl`, which is a file on disk if `sendsFile`. Anything unknown counts as unclear. */
export function providerError(error: unknown, what: string, service: ServiceFacts, sendsFile = false): Error {
  if (isTrancheError(error)) return error;
  if (error instanceof APIUserAbortError) return new TrancheError('cancelled', 'Stopped.');
  if (error instanceof APIConnectionTimeoutError) {
    return unclear(`${wayTo(service)} did not answer ${what} in time.`);
  }
  if (error instanceof APIConnectionError) return connectionError(error, what, service, sendsFile);
  const answer = answerOf(error, service);
  if (answer !== null) return statusError(answer, what, service);
  return connectionError(error, what, service, sendsFile);
}

/** Nobody knows whether the call was carried out. */
export function unclear(message: string, fault: Partial<ProviderFault> = {}): ProviderError {
  return new ProviderError('network', message, { ...NO_FAULT, ...fault });
}

/** Something else came where the list of batches should be: nobody knows what is there. */
export function noList(service: ServiceFacts): ProviderError {
  return unclear(`${hostOf(service)} answered with something else than its list of batches; check the base URL.`);
}

/** The list of batches ended although there may be more. */
export function incomplete(service: ServiceFacts): ProviderError {
  return refused(`${hostOf(service)} does not show all of its batches.`, { providerCode: LIST_INCOMPLETE });
}

function refused(message: string, fault: Partial<ProviderFault> = {}): ProviderError {
  return new ProviderError('refusedByProvider', message, { ...NO_FAULT, ...fault });
}

function hostOf({ baseUrl }: ServiceFacts): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : 'the service';
}

function wayTo(service: ServiceFacts): string {
  const { proxyHost = null } = service;
  return proxyHost === null ? hostOf(service) : `${hostOf(service)} through the proxy ${proxyHost}`;
}

/** What only a proxy fails with; null for anything else. With a proxy on the way, connections are made to it alone. */
function proxyError(code: string | null, words: string, service: ServiceFacts): Error | null {
  const { proxyHost: proxy = null } = service;
  if (proxy === null) return null;
  const status = Number(PROXY_STATUS.exec(words)?.slice(1).join('') ?? Number.NaN);
  if (status === 407) {
    return refused(
      `The proxy ${proxy} wants a valid user name and password (status 407); write them into its address: http://USER:PASSWORD@${proxy}.`,
    );
  }
  if (status < 500)
    return refused(`The proxy ${proxy} lets no calls to ${hostOf(service)} through (status ${status}).`);
  if (status >= 500) return unclear(`The proxy ${proxy} does not reach ${hostOf(service)} (status ${status}).`);
  if (code === null || !(NO_CONNECTION.has(code) || NAME_NOT_FOUND.has(code))) return null;
  return unclear(`The proxy ${proxy} cannot be reached (${code}); check that it is there and its address is right.`);
}

function connectionError(error: unknown, what: string, service: ServiceFacts, sendsFile: boolean): Error {
  const { codes, words } = causesOf(error);
  const code = codes[0] ?? null;
  const host = wayTo(service);
  if (words.includes('NotReadableError')) {
    return new TrancheError('changed', `The file for ${what} changed while it was sent; leave it alone and resume.`);
  }
  const atProxy = proxyError(code, words, service);
  if (atProxy !== null) return atProxy;
  if (code === null) {
    if (/redirect/i.test(words)) {
      return refused(`${host} sends ${what} on to another address; write that address as the provider's base URL.`);
    }
    return unclear(`The connection to ${host} broke during ${what}.`);
  }
  if (code === 'ECONNREFUSED')
    return unclear(`Nothing answers at ${service.baseUrl}; check that the service runs there.`);
  if (NAME_NOT_FOUND.has(code)) {
    return unclear(`The name ${host} cannot be found; check the connection and the provider's base URL.`);
  }
  if (NO_TLS.has(code)) {
    return refused(
      `${host} does not answer in TLS (${code}); check whether the base URL begins rightly with https://.`,
    );
  }
  if (CERTIFICATE.test(code)) {
    return refused(
      `The certificate of ${host} is not trusted (${code}); behind a company proxy name its certificate in NODE_EXTRA_CA_CERTS.`,
    );
  }
  if (sendsFile && DISK.has(code)) return new TrancheError('disk', `The file for ${what} cannot be read (${code}).`);
  if (code.includes('TIMEOUT') || code === 'ETIMEDOUT') return unclear(`${host} did not answer ${what} in time.`);
  return unclear(`The connection to ${host} broke during ${what} (${code}).`);
}

/** Codes and words of an error and its causes; never more than a few levels. */
function causesOf(error: unknown): { codes: string[]; words: string } {
  const codes: string[] = [];
  const words: string[] = [];
  for (let cause = error, depth = 0; cause instanceof Error && depth < 6; cause = cause.cause, depth++) {
    if ('code' in cause && typeof cause.code === 'string') codes.unshift(cause.code);
    words.push(cause.name, cause.message);
  }
  return { codes, words: words.join(' ') };
}

interface Answer extends ProviderFault {
  readonly status: number;
}

/** The answer a failed call got, null if none came. */
function answerOf(error: unknown, service: ServiceFacts): Answer | null {
  if (!(error instanceof APIError)) return null;
  const { status, headers, code, type, error: body, message } = error as Partial<Record<keyof APIError, unknown>>;
  if (typeof status !== 'number') return null;
  const name = typeof code === 'string' ? code : type;
  return {
    status,
    providerCode: typeof name === 'string' ? clean(name, service) : null,
    providerMessage: messageIn(body, typeof message === 'string' ? message : '', service),
    retryAfterMs: isHeaders(headers) ? retryAfterMs(headers) : null,
    mayPass: status === 429 && name !== NO_QUOTA,
  };
}

function statusError(answer: Answer, what: string, service: ServiceFacts): ProviderError {
  const { status } = answer;
  const host = hostOf(service);
  const said = answer.providerMessage === null ? '' : `: ${answer.providerMessage}`;
  if (status >= 500 || status === 408 || status === 409) {
    return unclear(`${host} answered ${what} with an error of its own (status ${status})${said}`, answer);
  }
  switch (status) {
    case 401:
      return new ProviderError(
        'noKey',
        service.keyName === null
          ? `${host} wants a key, and the provider is set up without one.`
          : `${host} does not accept the key from ${service.keyName}; put a valid key there and try again.`,
        { ...answer, providerMessage: null },
      );
    case 403:
      return refused(
        `${host} does not allow ${what} with ${service.keyName === null ? 'no key' : `the key from ${service.keyName}`}${said}`,
        answer,
      );
    case 404:
      return refused(
        `${host} does not know what ${what} is about${said}; check the base URL and the key's project.`,
        answer,
      );
    case 429:
      if (!answer.mayPass)
        return refused(`${host} has no quota left for ${what}${said}; mend that there and resume.`, answer);
      return refused(`${host} asks to wait before ${what}${said}`, answer);
    default:
      if (status === 413 || TOO_LARGE.test(answer.providerMessage ?? '')) {
        return refused(
          `${host} finds the file too large for ${what}${said}; lower limits.maxBytes in the job.`,
          answer,
        );
      }
      return refused(`${host} refused ${what} (status ${status})${said}`, answer);
  }
}

function messageIn(body: unknown, message: string, service: ServiceFacts): string | null {
  if (typeof body === 'object' && body !== null) {
    const said = 'message' in body ? body.message : 'detail' in body ? body.detail : null;
    if (typeof said === 'string') return clean(said, service);
  }
  const own = message.replace(/^\d{3}\s*/, '');
  return own === '' || own.startsWith('status code') || own.startsWith('<') ? null : clean(own, service);
}

/** One line, short, and without the key or anything that looks like one. */
export function clean(text: string, { apiKey }: ServiceFacts): string {
  const bare = apiKey !== null && apiKey.length >= 4 ? text.replaceAll(apiKey, '***') : text;
  const line = bare
    .replace(/\b(sk|pk|key|Bearer)[-_ ][A-Za-z0-9_*.-]{8,}/g, '***')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}...` : line;
}

/** Those of another `fetch` than Node's own are of another class. */
function isHeaders(value: unknown): value is Headers {
  return typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function';
}

function retryAfterMs(headers: Headers): number | null {
  const exact = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (exact > 0) return Math.min(exact, MAX_RETRY_AFTER_MS);
  const text = headers.get('retry-after') ?? '';
  if (text === '') return null;
  const ms = /^[\d.]+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return ms > 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : null;
}
