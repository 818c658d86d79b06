import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import path from 'node:path';
import { TrancheError } from '../core/errors.ts';
import { isObject, parseJson } from './json.ts';

/** The header by which a running service is known. */
export const TOKEN_HEADER = 'x-rehearsal-service';

const PROBE_MS = 1000;

/** A folder held by one service; the claim lies in `service.json` below it. */
export interface FolderClaim {
  /** What the service says of itself in the header TOKEN_HEADER of every answer. */
  readonly token: string;
  /** Says where the service listens, so that a later one can tell a running service from a dead one. */
  announce: (port: number) => Promise<void>;
  release: () => Promise<void>;
}

/** Claims a folder. A claim whose service still answers is an `owned` error; one left by a killed service is taken over. */
export async function claimFolder(folder: string): Promise<FolderClaim> {
  const file = path.join(folder, 'service.json');
  const last = claimIn(await readFile(file, 'utf8').catch(() => ''));
  if (last !== null && (await tokenAt(last.port)) === last.token) {
    const message = `The rehearsal folder ${folder} is in use by the service on port ${last.port}; stop that one first.`;
    throw new TrancheError('owned', message);
  }
  const token = randomBytes(8).toString('hex');
  return {
    token,
    announce: async (own) => {
      await writeFile(`${file}.${token}`, JSON.stringify({ port: own, token }));
      await rename(`${file}.${token}`, file);
    },
    release: async () => {
      const held = parseJson(await readFile(file, 'utf8').catch(() => ''));
      if (isObject(held) && held['token'] === token) await rm(file, { force: true });
    },
  };
}

function claimIn(text: string): { port: number; token: string } | null {
  const held = parseJson(text);
  if (!isObject(held)) return null;
  const { port, token } = held;
  const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536;
  return isPort && typeof token === 'string' ? { port, token } : null;
}

/** The token of the service on a port, or null if nothing there is one. */
function tokenAt(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const probe = get({ host: '127.0.0.1', port, path: '/v1/models', timeout: PROBE_MS, agent: false }, (response) => {
      response.resume();
      const token = response.headers[TOKEN_HEADER];
      resolve(typeof token === 'string' ? token : null);
    });
    probe.once('timeout', () => probe.destroy());
    probe.once('error', () => resolve(null));
    probe.once('close', () => resolve(null));
  });
}
