import { statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isTrancheError, TrancheError } from '../core/errors.ts';
import { membersOf, openSection } from '../core/job/jobSection.ts';
import type { JobSection } from '../core/job/jobSection.ts';
import { parseJob } from '../core/job/jobSource.ts';
import type { JobTree } from '../core/job/jobSource.ts';
import { meantWords } from '../core/nearest.ts';
import type { PriceList, PriceOverrides } from '../core/profile/price.ts';
import type { Surface } from './lease.ts';
import { systemCode } from './diskError.ts';
import { proxyOf } from './proxyOf.ts';
import { stateFolders } from './stateFolder.ts';
import type { Environment } from './stateFolder.ts';

/** A service that takes batches, as set up on this machine. */
export interface ProviderConfig {
  readonly name: string;
  readonly kind: 'rehearsal' | 'openai';
  /** Ends without a slash; null for the rehearsal, which starts its own service. */
  readonly baseUrl: string | null;
  /** The environment variable that holds the key; null where the service wants none. */
  readonly apiKeyEnv: string | null;
  readonly priceList: PriceList;
  /** Why it cannot be used as it is set up; one sentence. */
  readonly problem?: string;
}

/** What a person has set up on this machine. No job can widen it. */
export interface MachineConfig {
  /** The file it was read from, which may not exist. */
  readonly path: string;
  /** The most one run may cost here, in US dollars; null without a cap. */
  readonly maxUsd: number | null;
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  readonly prices: PriceOverrides;
}

const OPENAI_URL = 'https://api.openai.com/v1';
const REHEARSAL: ProviderConfig = {
  name: 'rehearsal',
  kind: 'rehearsal',
  baseUrl: null,
  apiKeyEnv: null,
  priceList: 'free',
};

const KEYS = {
  top: ['$schema', 'maxUsd', 'providers', 'prices'],
  provider: ['baseUrl', 'apiKeyEnv', 'priceList'],
  price: ['inputPerMillionUsd', 'outputPerMillionUsd'],
} as const;

function explainKey(key: string): string | null {
  if (!/^(api[_-]?key|key|token|secret|authorization|headers)$/i.test(key)) return null;
  return 'keys are never written down here; put the key in an environment variable and name that in "apiKeyEnv".';
}

/** What is wrong with an address, or null. Neither the address nor a part of it is repeated: it may hold a secret. */
function addressProblem(text: string, hasKey: boolean): string | null {
  if (!URL.canParse(text)) return 'must be an address such as "https://api.example.com/v1".';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with "https://" or "http://".';
  if (url.username !== '' || url.password !== '')
    return 'must hold no user name and no password; put the key in an environment variable.';
  if (url.search !== '' || url.hash !== '') return 'must end with its path, without "?" and "#".';
  const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && hasKey && !loopback)
    return 'must begin with "https://", since the key would travel readable otherwise.';
  return null;
}

const withoutSlash = (address: string): string => address.replace(/\/+$/, '');

const isOpenAi = (address: string): boolean => /(^|\.)openai\.com$/.test(new URL(address).hostname);

function readAddress(tree: JobTree, section: JobSection, at: string, hasKey: boolean): string | undefined {
  const address = section.text('baseUrl');
  const node = section.node('baseUrl');
  if (address === undefined || node === undefined) return undefined;
  const problem = addressProblem(address, hasKey);
  if (problem !== null) throw tree.errorAt(node, `"${at}.baseUrl" ${problem}`);
  return withoutSlash(address);
}

function readKeyEnv(tree: JobTree, section: JobSection, at: string): string | undefined {
  const name = section.text('apiKeyEnv');
  const node = section.node('apiKeyEnv');
  if (name === undefined || node === undefined) return undefined;
  if (/^[A-Z_][A-Z0-9_]{0,99}$/i.test(name)) return name;
  throw tree.errorAt(node, `"${at}.apiKeyEnv" must be the name of an environment variable, never the key itself.`);
}

function openAi(env: Environment, addressFrom: string): ProviderConfig {
  const given = env['OPENAI_BASE_URL'];
  const base = { name: 'openai', kind: 'openai', apiKeyEnv: 'OPENAI_API_KEY', priceList: 'openai' } as const;
  if (given === undefined || given === '') return { ...base, baseUrl: OPENAI_URL };
  const problem = addressProblem(given, true);
  if (problem === null) return { ...base, baseUrl: withoutSlash(given) };
  return { ...base, baseUrl: OPENAI_URL, problem: `${addressFrom} ${problem}` };
}

function readProvider(
  tree: JobTree,
  section: JobSection,
  name: string,
  builtIn: ProviderConfig | undefined,
): ProviderConfig {
  const at = `providers.${name}`;
  const apiKeyEnv = readKeyEnv(tree, section, at) ?? builtIn?.apiKeyEnv ?? null;
  if (builtIn === undefined) section.needed('baseUrl', 'the address of the service');
  const baseUrl = readAddress(tree, section, at, apiKeyEnv !== null) ?? builtIn?.baseUrl ?? OPENAI_URL;
  const listed = builtIn?.priceList ?? (isOpenAi(baseUrl) ? 'openai' : 'none');
  const priceList = section.choice('priceList', ['openai', 'none'] as const) ?? listed;
  return { name, kind: 'openai', baseUrl, apiKeyEnv, priceList };
}

function readProviders(
  tree: JobTree,
  top: JobSection,
  env: Environment,
  addressFrom: string,
): Record<string, ProviderConfig> {
  const node = top.node('providers');
  const builtIn = new Map([['rehearsal', REHEARSAL]]);
  const own = new Map<string, ProviderConfig>();
  const members = node === undefined ? [] : membersOf(tree, node);
  // A file that says where OpenAI is makes the variable moot.
  builtIn.set(
    'openai',
    openAi(members.some(([name]) => name === 'openai') ? { ...env, OPENAI_BASE_URL: undefined } : env, addressFrom),
  );
  for (const [name, value, keyNode] of members) {
    if (name === 'rehearsal')
      throw tree.errorAt(keyNode, 'the provider "rehearsal" is built in and cannot be changed.');
    if (!/^[A-Za-z0-9_.-]{1,64}$/.test(name))
      throw tree.errorAt(keyNode, "a provider's name is 1 to 64 letters, digits, dots, hyphens and underscores.");
    const section = openSection(tree, value, `providers.${name}`, KEYS.provider);
    own.set(name, readProvider(tree, section, name, builtIn.get(name)));
  }
  return Object.fromEntries([...builtIn, ...own].map(([name, provider]) => [name, onItsWay(provider, env)]));
}

/** A provider that a proxy with a malformed address stands before cannot be used. */
function onItsWay(provider: ProviderConfig, env: Environment): ProviderConfig {
  if (provider.baseUrl === null || provider.problem !== undefined) return provider;
  try {
    proxyOf(provider.baseUrl, env);
    return provider;
  } catch (error) {
    if (!isTrancheError(error, 'usage')) throw error;
    return { ...provider, problem: error.message };
  }
}

function readPrices(tree: JobTree, top: JobSection): PriceOverrides {
  const node = top.node('prices');
  const members = node === undefined ? [] : membersOf(tree, node);
  const prices = members.map(([model, value]) => {
    const section = openSection(tree, value, `prices.${model}`, KEYS.price);
    section.needed('inputPerMillionUsd', 'US dollars for a million input tokens in a batch');
    section.needed('outputPerMillionUsd', 'US dollars for a million output tokens in a batch, 0 if there are none');
    const inputPerMillionUsd = section.amount('inputPerMillionUsd', 'or 0') ?? 0;
    return [
      model,
      { inputPerMillionUsd, outputPerMillionUsd: section.amount('outputPerMillionUsd', 'or 0') ?? 0 },
    ] as const;
  });
  return Object.fromEntries(prices);
}

const configPath = (env: Environment): string => path.join(stateFolders(env).config, 'config.json');

/** A text that is another one after `config.json` was written, made or removed. */
export function machineConfigStamp(env: Environment): string {
  try {
    const found = statSync(configPath(env), { throwIfNoEntry: false });
    return found === undefined ? 'none' : `${found.ino} ${found.size} ${found.mtimeMs}`;
  } catch (error) {
    return String(systemCode(error)); // reading it tells
  }
}

async function readText(file: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return '{}';
    const why = error instanceof TypeError ? 'it is not UTF-8 text' : String(code ?? error);
    throw new TrancheError('usage', `The machine's configuration ${file} cannot be read: ${why}.`, error);
  }
}

/** Where `OPENAI_BASE_URL` comes from, for sentences. */
const ADDRESS_FROM = 'The environment variable OPENAI_BASE_URL';

/** Reads `config.json` of this machine; a missing file stands for an empty one. Mistakes are errors with line and column, and no value is repeated in them where it might be a key. */
export async function readMachineConfig(env: Environment, addressFrom = ADDRESS_FROM): Promise<MachineConfig> {
  const file = configPath(env);
  const tree = parseJob(await readText(file), file, {
    code: 'usage',
    title: "the machine's configuration",
    explainKey,
  });
  const top = openSection(tree, tree.root, '', KEYS.top);
  top.text('$schema');
  for (const key of ['providers', 'prices'] as const) {
    const node = top.node(key);
    if (node !== undefined && node.type !== 'object')
      throw tree.errorAt(
        node,
        `"${key}" must be an object with a member for each ${key === 'prices' ? 'model' : 'provider'}.`,
      );
  }
  return {
    path: file,
    maxUsd: top.amount('maxUsd', 'or 0') ?? null,
    providers: readProviders(tree, top, env, addressFrom),
    prices: readPrices(tree, top),
  };
}

/** The provider of that name; `usage` naming those there are if there is none, or saying why it cannot be used. */
export function providerNamed(config: MachineConfig, name: string): ProviderConfig {
  const found = Object.hasOwn(config.providers, name) ? config.providers[name] : undefined;
  if (found?.problem !== undefined) throw new TrancheError('usage', found.problem);
  if (found !== undefined) return found;
  const names = Object.keys(config.providers);
  throw new TrancheError(
    'usage',
    `There is no provider "${name}" on this machine: ${meantWords(name, names)} Others are set up in ${config.path}.`,
  );
}

/** Where a person gives a key in the editor. */
export const KEY_COMMAND = '"Tranche: Set API Key"';

/** The key of a provider in the environment; null where it wants none. A missing one is `noKey` saying how to give it on this surface. */
export function apiKeyOf(provider: ProviderConfig, env: Environment, surface: Surface = 'CLI'): string | null {
  if (provider.apiKeyEnv === null) return null;
  const key = env[provider.apiKeyEnv]?.trim();
  if (key !== undefined && key !== '') return key;
  const wants = `The provider "${provider.name}" wants a key:`;
  throw new TrancheError(
    'noKey',
    surface === 'CLI'
      ? `${wants} set the environment variable ${provider.apiKeyEnv}, or run with --provider rehearsal, which needs none.`
      : `${wants} give it with the command ${KEY_COMMAND}, or rehearse, which needs none.`,
  );
}

/** The most a run of the job may cost here, in US dollars: the lower of the machine's cap and the job's; null without either. */
export function effectiveMaxUsd(config: MachineConfig, jobMaxUsd: number | null): number | null {
  if (config.maxUsd === null || jobMaxUsd === null) return config.maxUsd ?? jobMaxUsd;
  return Math.min(config.maxUsd, jobMaxUsd);
}
