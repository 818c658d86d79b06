import { mkdir } from 'node:fs/promises';
import { TrancheError } from '../core/errors.ts';
import { BatchDesk } from './batchDesk.ts';
import { FaultCounter, parseFaults, type Fault } from './faults.ts';
import { FileShelf } from './fileShelf.ts';
import { claimFolder } from './folderClaim.ts';
import { Front } from './front.ts';
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
  const claim = await claimFolder(options.folder);
  const limits = { ...LIMITS, ...options.limits };
  const shelf = new FileShelf(options.folder);
  const desk = new BatchDesk(options.folder, {
    shelf,
    timeline: { ...TIMELINE, ...options.timeline },
    limits,
    seed: options.seed ?? 'rehearsal',
  });
  const front = new Front(
    { shelf, desk, limits, faults: new FaultCounter(standing), notFound: new Map() },
    claim.token,
    options.apiKey,
  );
  try {
    await shelf.load();
    const port = await front.listen(options.port ?? 0);
    await claim.announce(port);
    await desk.load();
    return {
      url: `http://127.0.0.1:${port}/v1`,
      port,
      close: async () => {
        await front.close();
        await desk.close();
        await claim.release();
      },
    };
  } catch (error) {
    await front.close();
    await desk.close();
    await claim.release();
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
