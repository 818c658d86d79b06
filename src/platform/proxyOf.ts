import { BlockList, isIP } from 'node:net';
import { TrancheError } from '../core/errors.ts';
import type { Environment } from './stateFolder.ts';

/** The proxy that calls to a service go through. */
export interface Proxy {
  /** `http://proxy.example:3128`, without user name and password. */
  readonly address: string;
  /** Host and port, for sentences. */
  readonly host: string;
  /** The `Proxy-Authorization` it is sent; null where its address holds no user name. Never shown. */
  readonly authorization: string | null;
}

interface Destination {
  /** In lower case, an IPv6 address without brackets. */
  readonly name: string;
  readonly port: number;
}

/** What goes to this machine itself leaves the proxy out, unless `NO_PROXY` is set and says otherwise. */
const NO_PROXY_UNSET = 'localhost,127.0.0.0/8,::1';
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * The proxy that the environment names for an address (`HTTPS_PROXY` or `HTTP_PROXY` after the address, `NO_PROXY`; names in small letters
 * win), null for none. `usage` where its address is none; no part of it is repeated, for it may hold a password.
 */
export function proxyOf(serviceAddress: string, environment: Environment): Proxy | null {
  const { protocol, hostname, port } = new URL(serviceAddress);
  const [text, name] = variable(environment, protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (text === '') return null;
  const destination = {
    name: bare(hostname),
    port: port === '' ? (DEFAULT_PORTS[protocol] ?? 0) : Number(port),
  };
  const [exceptions] = variable(environment, 'NO_PROXY', NO_PROXY_UNSET);
  if (exceptions.split(/[\s,]+/).some((exception) => covers(exception.toLowerCase(), destination))) return null;
  return readProxy(text, name);
}

/** Value and name of a variable, in small letters or else in capitals. */
function variable(environment: Environment, name: string, unset = ''): readonly [value: string, name: string] {
  const small = name.toLowerCase();
  const value = environment[small];
  return value === undefined ? [environment[name]?.trim() ?? unset, name] : [value.trim(), small];
}

function readProxy(text: string, name: string): Proxy {
  const address = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : null;
  const authorization = url === null ? undefined : authorizationOf(url);
  if (url === null || url.hostname === '' || authorization === undefined) {
    throw new TrancheError(
      'usage',
      `${name}, in VS Code http.proxy, must be the address of a proxy, such as http://proxy.example:3128.`,
    );
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TrancheError(
      'usage',
      `${name}, in VS Code http.proxy, must name an HTTP proxy: its address begins with http:// or https://.`,
    );
  }
  return { address: `${url.protocol}//${url.host}`, host: url.host, authorization };
}

/** Undefined where user name or password are not written as an address wants them. */
function authorizationOf({ username, password }: URL): string | null | undefined {
  if (username === '' && password === '') return null;
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  } catch {
    return undefined;
  }
}

/** `*`, a host with all below it (a dot or `*.` in front changes nothing), an address or a net of addresses; a port narrows it. */
function covers(exception: string, { name, port }: Destination): boolean {
  if (exception === '*') return true;
  const [, host = exception, only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(exception) ?? [];
  if (host === '' || (only !== undefined && Number(only) !== port)) return false;
  if (isIP(name) !== 0) return holds(bare(host), name);
  const domain = host.replace(/^\*?\./, '').replace(/\.$/, '');
  return domain !== '' && (name === domain || name.endsWith(`.${domain}`));
}

/** Whether a net, `10.0.0.0/8`, or a single address is or holds the address. */
function holds(net: string, address: string): boolean {
  const [first = '', prefix] = net.split('/');
  const bits = isIP(first) === 4 ? 32 : 128;
  const length = prefix === undefined ? bits : Number(prefix);
  if (isIP(first) === 0 || !Number.isInteger(length) || length < 0 || length > bits) return false;
  const list = new BlockList();
  list.addSubnet(first, length, familyOf(first));
  return list.check(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}

function bare(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}
