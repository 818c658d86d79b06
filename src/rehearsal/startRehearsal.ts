import { mkdir } from 'node:fs/promises';
import { TrancheError } from '../core/errors.ts';
import { BatchDesk } from './batchDesk.ts';
import { FaultCounter, parseFaults, type Fault } from './faults.ts';
import { FileShelf } from './fileShelf.ts';
import { claimFolder } from './folderClaim.ts';
import { Front } from './front.ts';
import { freshId } from './service.ts';
import type { Limits, Timeline } from './settings.ts';

export interface RehearsalOptions {
  /** Everything the service keeps lies below it; made if missing. A later service on the same folder goes on with its batches. */
  readonly folder: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The only key accepted; without it any key is. */
  readonly apiKey?: string;
  readonly timeline?: Partial<Timeline>;
  readonly limits?: Partial<Limits>;
  /** Standing faults, each `name[@operation][=value][*times]` as in FAULTS. */
  readonly faults?: readonly string[];
  /** Decides which rows are struck by row faults. */
  readonly seed?: string;
}

export interface RehearsalServer {
  /** The base address for clients, `/v1` included. */
  readonly url: string;
  readonly port: number;
  /** Stops listening, cuts connections, keeps unfinished batches for the next service; resolves when nothing is left running. */
  close: () => Promise<void>;
}

const TIMELINE: Timeline = { validatingMs: 400, inProgressMs: 2000, finalizingMs: 400, cancellingMs: 400 };
const LIMITS: Limits = { maxFileBytes: 200_000_000, maxRequests: 50_000, queueTokens: null, queueRequests: null };

/**
 * Starts the rehearsal service on 127.0.0.1: files, batches and models as the OpenAI API documents them
 * (https://platform.openai.com/docs/api-reference/batch), with answers that are plainly synthetic.
 * Throws `owned` if another service runs on the folder, `usage` for a fault it does not know.
 */
export async function startRehearsal(options: RehearsalOptions): Promise<RehearsalServer> {
  const standing = standingFaults(options.faults ?? []);
  await mkdir(options.folder, { recursive: true });
  const limits = { ...LIMITS, ...options.limits };
  const shelf = new FileShelf(options.folder);
  const desk = new BatchDesk(options.folder, {
    shelf,
    timeline: { ...TIMELINE, ...options.timeline },
    limits,
    seed: options.seed ?? 'rehearsal',
  });
  const token = freshId('');
  const service = { shelf, desk, limits, faults: new FaultCounter(standing), notFound: new Map<string, number>() };
  const front = new Front(service, token, options.apiKey);
  let release = async () => {};
  const close = async () => {
    await front.close();
    await desk.close();
    await release();
  };
  try {
    const port = await front.listen(options.port ?? 0);
    release = await claimFolder(options.folder, { port, token });
    await shelf.load();
    await desk.load();
    desk.resume();
    front.open();
    return { url: `http://127.0.0.1:${port}/v1`, port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function standingFaults(texts: readonly string[]): Fault[] {
  try {
    return texts.flatMap((text) => parseFaults(text));
  } catch (error) {
    throw new TrancheError('usage', error instanceof Error ? error.message : String(error));
  }
}
