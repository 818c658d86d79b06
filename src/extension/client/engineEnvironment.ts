import type { NetworkSettings } from '../settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How the engine's process is started so that the editor's proxy and certificates are its own. */
export interface EngineStart {
  readonly env: Environment;
  readonly execArgv: readonly string[];
  /** What is worth a line in the log; null for nothing. */
  readonly note: string | null;
}

const USE_SYSTEM_CA = '--use-system-ca';

/** What the editor itself never sends through a proxy. */
const THIS_MACHINE = ['localhost', '127.0.0.0/8', '::1'];
const UNCHECKED =
  'http.proxyStrictSSL is off: the engine takes any certificate for right, that of a proxy and that of the provider.';

function proxyVariables({ proxy, noProxy }: NetworkSettings): Environment {
  const exceptions = [...noProxy, ...THIS_MACHINE].join(',');
  return {
    ...(proxy === null ? {} : { HTTPS_PROXY: proxy, HTTP_PROXY: proxy, https_proxy: proxy, http_proxy: proxy }),
    ...(noProxy.length === 0 ? {} : { NO_PROXY: exceptions, no_proxy: exceptions }),
    NODE_USE_ENV_PROXY: undefined, // the engine heeds these by itself, and its rehearsal never
  };
}

function certificateVariables(env: Environment, { strictSsl, systemCertificates }: NetworkSettings): Environment {
  return {
    ...(systemCertificates ? { NODE_USE_SYSTEM_CA: env['NODE_USE_SYSTEM_CA'] ?? '1' } : {}),
    ...(strictSsl ? {} : { NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
  };
}

/** `knows` tells which flags this Node has; certificates of `NODE_EXTRA_CA_CERTS` come along with the environment. */
export function engineStart(env: Environment, network: NetworkSettings, knows: (flag: string) => boolean): EngineStart {
  return {
    env: {
      ...env,
      ...proxyVariables(network),
      ...certificateVariables(env, network),
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: undefined, // the editor's own may hold a debugger's port
    },
    execArgv: network.systemCertificates && knows(USE_SYSTEM_CA) ? [USE_SYSTEM_CA] : [],
    note: network.strictSsl ? null : UNCHECKED,
  };
}
