import { readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TrancheError } from '../core/errors.ts';
import { isObject, parseJson } from './json.ts';

/** The header by which a running service is known: its token is in every answer. */
export const TOKEN_HEADER = 'x-rehearsal-service';

/** Answered by a service even before it has loaded its folder, and without a key. */
export const PROBE_PATH = '/rehearsal';

const PROBE_MS = 1000;
const SETTLE_MS = 100;
const TRIES = 3;

interface Claim {
  readonly port: number;
  readonly token: string;
}

/**
 * Claims a folder for a service that already answers on its port; the claim lies in `service.json` below it. A claim whose
 * service answers is an `owned` error; one left by a killed service is taken over. Resolves to what gives the claim back.
 */
export async function claimFolder(folder: string, own: Claim): Promise<() => Promise<void>> {
  const file = path.join(folder, 'service.json');
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const isMade = await makeClaim(file, own);
    // Whoever took over a dead claim at the same moment has replaced this one by now.
    if (isMade && attempt > 0) await sleep(SETTLE_MS);
    if (isMade && (await readClaim(file))?.token === own.token) return () => giveBack(file, own);
    const other = (await readClaim(file)) ?? (await sleep(SETTLE_MS).then(() => readClaim(file)));
    if (other !== null && (await tokenAt(other.port)) === other.token) {
      const message = `The rehearsal folder ${folder} is in use by the service on port ${other.port}; stop that one first.`;
      throw new TrancheError('owned', message);
    }
    await rm(file, { force: true });
  }
  throw new TrancheError('owned', `The rehearsal folder ${folder} is being claimed by another service; try again.`);
}

async function makeClaim(file: string, own: Claim): Promise<boolean> {
  try {
    await writeFile(file, JSON.stringify(own), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function giveBack(file: string, own: Claim): Promise<void> {
  if ((await readClaim(file))?.token === own.token) await rm(file, { force: true });
}

async function readClaim(file: string): Promise<Claim | null> {
  return claimIn(await readFile(file, 'utf8').catch(() => ''));
}

function claimIn(text: string): Claim | null {
  const held = parseJson(text);
  if (!isObject(held)) return null;
  const { port, token } = held;
  const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536;
  return isPort && typeof token === 'string' ? { port, token } : null;
}

/** The token of the service on a port, or null if nothing there is one. */
function tokenAt(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = get({ host: '127.0.0.1', port, path: PROBE_PATH, timeout: PROBE_MS, agent: false }, (response) => {
      response.resume();
      const token = response.headers[TOKEN_HEADER];
      resolve(typeof token === 'string' ? token : null);
    });
    probe.once('timeout', () => probe.destroy());
    probe.once('error', () => resolve(null));
    probe.once('close', () => resolve(null));
  });
}
