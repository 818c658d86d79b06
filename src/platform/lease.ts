import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { TrancheError } from '../core/errors.ts';
import type { Ownership } from '../core/runs/runPorts.ts';
import { diskError, systemCode } from './diskError.ts';
import { isProcessAlive, processMark } from './processMark.ts';

/** Who holds or wants a run. */
export type Surface = 'CLI' | 'editor';

/** How a lease is taken and kept. */
export interface LeaseOptions {
  /** For sentences: `Run 20261124-...`. */
  readonly what: string;
  readonly surface: Surface;
  /** The fencing number will be greater than this and than any claim before. */
  readonly minFence: number;
  /** A claim whose heartbeat is older is dead. */
  readonly ttlMs?: number;
  readonly heartbeatMs?: number;
}

/** The hold on a run; kept alive by a timer that keeps no process alive. */
export interface Lease extends Ownership {
  /** Gives the run free for the next owner at once. */
  release: () => Promise<void>;
}

interface Claim {
  readonly uuid: string;
  readonly pid: number;
  readonly host: string;
  readonly surface: string;
  /** See processMark. */
  readonly mark?: string;
}

const TTL_MS = 20_000;
const HEARTBEAT_MS = 5_000;
const KEPT_CLAIMS = 8;
const RELEASED_S = 1;
const NO_LINK = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'EXDEV', 'UNKNOWN']);

/**
 * Takes the run by writing the next numbered claim into `folder`, which only one of several processes can;
 * throws `owned`, naming the owner, if a living one has it.
 */
export async function acquireLease(folder: string, options: LeaseOptions): Promise<Lease> {
  try {
    await mkdir(folder, { recursive: true });
    for (let tries = 0; tries < 5; tries++) {
      const fence = await claimNext(folder, options);
      // A reader that stalled while old claims were removed may have taken an old number.
      if (fence !== null && (await highestClaim(folder)) === fence) return await holdLease(folder, fence, options);
    }
  } catch (error) {
    throw diskError(error, folder);
  }
  throw new TrancheError('owned', `${options.what} is being taken by another process; try again in a moment.`);
}

async function claimNext(folder: string, options: LeaseOptions): Promise<number | null> {
  const highest = await highestClaim(folder);
  if (highest > 0) await refuseLiving(folder, highest, options);
  const fence = Math.max(highest, options.minFence) + 1;
  const { pid } = process;
  const mark = await processMark(pid);
  const claim: Claim = { uuid: randomUUID(), pid, host: hostname(), surface: options.surface, mark };
  return (await createOnly(folder, fence, JSON.stringify(claim), claim.uuid)) ? fence : null;
}

async function highestClaim(folder: string): Promise<number> {
  const names = await readdir(folder);
  return names.reduce((highest, name) => Math.max(highest, numberOf(name)), 0);
}

function numberOf(name: string): number {
  const digits = /^(\d{10,15})\.json$/.exec(name)?.[1];
  return digits === undefined ? 0 : Number(digits);
}

function claimPath(folder: string, fence: number): string {
  return path.join(folder, `${String(fence).padStart(10, '0')}.json`);
}

/** Whether the process behind a claim lives; null where it has given the run free. */
async function isLiving(file: string, claim: Claim | null, ttlMs: number): Promise<boolean | null> {
  const beatMs = await lastBeatMs(file);
  if (beatMs === null || beatMs <= RELEASED_S * 1000) return null;
  if (Date.now() - beatMs > ttlMs) return false;
  return claim?.host !== hostname() || (await isProcessAlive(claim.pid, claim.mark ?? ''));
}

async function refuseLiving(folder: string, number: number, { what, ttlMs = TTL_MS }: LeaseOptions): Promise<void> {
  const file = claimPath(folder, number);
  const claim = await readClaim(file);
  if (await isLiving(file, claim, ttlMs)) throw new TrancheError('owned', ownedSentence(what, claim));
}

/** Who has taken a run and not given it free; `isLiving` is false once it died on it. */
export interface LeaseOwner {
  /** For sentences: `the command line (process 12 on host)`. */
  readonly who: string;
  readonly isEditor: boolean;
  readonly isLiving: boolean;
}

/** The owner that the lease in `folder` tells of, read without taking it; null where there is none. */
export async function leaseOwner(folder: string): Promise<LeaseOwner | null> {
  return reading(folder, null, async () => {
    const highest = await highestClaim(folder);
    if (highest === 0) return null;
    const file = claimPath(folder, highest);
    const claim = await readClaim(file);
    const living = await isLiving(file, claim, TTL_MS);
    if (living === null) return null;
    return { who: nameOf(claim), isEditor: claim?.surface === 'editor', isLiving: living };
  });
}

/** Whether the process that took a run last lives, though it may have given it free; one of another computer counts as alive. */
export async function isLastOwnerAlive(folder: string): Promise<boolean> {
  return reading(folder, false, async () => {
    const claim = await readClaim(claimPath(folder, await highestClaim(folder)));
    if (claim === null) return false;
    return claim.host !== hostname() || (await isProcessAlive(claim.pid, claim.mark ?? ''));
  });
}

/** What is read of the lease in `folder`; `none` where that is not there. */
async function reading<T>(folder: string, none: T, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return none;
    throw new TrancheError('disk', `${folder} cannot be read (${systemCode(error) ?? String(error)}).`, error);
  }
}

function nameOf(claim: Claim | null): string {
  if (claim === null) return 'another process';
  const who = claim.surface === 'editor' ? 'an editor' : 'the command line';
  return `${who} (process ${claim.pid} on ${claim.host})`;
}

function ownedSentence(what: string, claim: Claim | null): string {
  return `${what} is driven by ${nameOf(claim)}; wait for it or stop it${claim === null ? '' : ' there'}.`;
}

/** Null when it is gone or not whole: its age alone then decides. */
async function readClaim(file: string): Promise<Claim | null> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isClaim(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function isClaim(value: unknown): value is Claim {
  if (typeof value !== 'object' || value === null) return false;
  const { uuid, pid, host, surface, mark = '' } = value as Record<string, unknown>;
  if (typeof mark !== 'string') return false;
  return (
    typeof uuid === 'string' && Number.isSafeInteger(pid) && typeof host === 'string' && typeof surface === 'string'
  );
}

async function lastBeatMs(file: string): Promise<number | null> {
  try {
    return (await stat(file)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** True for the one process that makes the claim; it appears with its whole content where the file system knows links. */
async function createOnly(folder: string, fence: number, content: string, uuid: string): Promise<boolean> {
  const file = claimPath(folder, fence);
  const temp = path.join(folder, `${uuid}.tmp`);
  try {
    await writeFile(temp, content);
    await link(temp, file);
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return false;
    if (code !== null && NO_LINK.has(code)) return await createDirectly(file, content);
    throw error;
  } finally {
    await rm(temp, { force: true });
  }
}

async function createDirectly(file: string, content: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(content).finally(() => handle.close());
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function holdLease(folder: string, fence: number, options: LeaseOptions): Promise<Lease> {
  const file = claimPath(folder, fence);
  await removeOld(folder, fence);
  const beat = (atMs: number): Promise<void> =>
    utimes(file, atMs / 1000, atMs / 1000).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error; // gone: verify tells
    });
  const timer = setInterval(() => {
    void beat(Date.now()).catch(() => undefined); // a missed beat only makes the claim look older
  }, options.heartbeatMs ?? HEARTBEAT_MS);
  timer.unref();
  return {
    fence,
    verify: async () => {
      const highest = await highestClaim(folder).catch((error: unknown) => {
        throw diskError(error, folder);
      });
      if (highest === fence) return;
      clearInterval(timer);
      const claim = highest > fence ? await readClaim(claimPath(folder, highest)) : null;
      throw new TrancheError('owned', ownedSentence(options.what, claim));
    },
    release: async () => {
      clearInterval(timer);
      await beat(RELEASED_S * 1000);
    },
  };
}

async function removeOld(folder: string, fence: number): Promise<void> {
  const old = (await readdir(folder)).filter((name) => {
    const number = numberOf(name);
    return number > 0 && number <= fence - KEPT_CLAIMS;
  });
  await Promise.all(old.map((name) => rm(path.join(folder, name), { force: true })));
}
