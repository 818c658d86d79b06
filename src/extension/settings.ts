import type { EngineSettings } from '../protocol/engineProtocol.ts';

/** What a person can set; every one is machine-scoped, so that no workspace can redirect a key or raise a budget. */
export const SETTINGS = {
  openaiBaseUrl: 'tranche.openai.baseUrl',
  maxUsd: 'tranche.maxUsd',
  workers: 'tranche.workers',
} as const;

/** Settings of the editor that the engine follows. */
export const NETWORK_SETTINGS = {
  proxy: 'http.proxy',
  proxySupport: 'http.proxySupport',
  strictSsl: 'http.proxyStrictSSL',
  noProxy: 'http.noProxy',
  systemCertificates: 'http.systemCertificates',
} as const;

/** The value of a setting as the person, never the workspace, has set it. */
export type ReadSetting = (key: string) => unknown;

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function amount(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 ? value : null;
}

export function readEngineSettings(read: ReadSetting): Omit<EngineSettings, 'apiKeys'> {
  return {
    openaiBaseUrl: text(read(SETTINGS.openaiBaseUrl)),
    maxUsd: amount(read(SETTINGS.maxUsd)),
    workers: count(read(SETTINGS.workers)),
  };
}

export interface NetworkSettings {
  readonly proxy: string | null;
  readonly strictSsl: boolean;
  readonly noProxy: readonly string[];
  readonly systemCertificates: boolean;
}

export function readNetworkSettings(read: ReadSetting): NetworkSettings {
  const noProxy = read(NETWORK_SETTINGS.noProxy);
  return {
    proxy: read(NETWORK_SETTINGS.proxySupport) === 'off' ? null : text(read(NETWORK_SETTINGS.proxy)),
    strictSsl: read(NETWORK_SETTINGS.strictSsl) !== false,
    noProxy: Array.isArray(noProxy) ? noProxy.flatMap((host) => text(host) ?? []) : [],
    systemCertificates: read(NETWORK_SETTINGS.systemCertificates) !== false,
  };
}
