import { Worker } from 'node:worker_threads';
import { TrancheError, messageOf } from '../core/errors.ts';
import type { Fragment } from '../core/model/dataset.ts';
import type { WorkKind, WorkOutput, WorkPool, Works } from '../core/pipeline/workPool.ts';
import { openBlockViews } from './blockMemory.ts';
import { openOutputQueue, type OutputQueue } from './outputQueue.ts';
import type { FromWorker, ToWorker, WorkOrder } from './workMessages.ts';

/** How many threads there are, of which program, and how far they may run ahead. */
export interface WorkThreadsOptions {
  readonly workers: number;
  /** The worker's bundle (`src/engine/scanWorker.ts`). */
  readonly entry: URL;
  /** Blocks (about 4 MB of lines) that may wait unread, over all workers. */
  readonly blocksInFlight: number;
}

type Output = Works[WorkKind]['output'];

interface Lane {
  readonly take: (fragment: Fragment, onOutput: (output: Output, release: () => void) => void) => Promise<void>;
  readonly stop: () => Promise<void>;
}

function openLane(order: WorkOrder, entry: URL, slots: number): Lane {
  const worker = new Worker(entry, { name: `tranche ${order.kind}` });
  const send = (message: ToWorker): void => worker.postMessage(message);
  const viewsOf = openBlockViews();
  let stopped = false;
  let receive: ((message: FromWorker) => void) | null = null;
  let death: string | null = null;
  const failed = (reason: string): FromWorker => ({
    type: 'failed',
    code: 'internal',
    message: `A worker stopped (${reason}): run the command again.`,
  });
  const died = (reason: string): void => {
    death ??= reason;
    receive?.(failed(death));
  };
  worker.on('message', (message: FromWorker) => receive?.(message));
  worker.on('error', (error) => died(messageOf(error)));
  worker.on('exit', (code) => died(`exit code ${code}`));
  send({ type: 'open', order, slots });

  const releaser = (slot: number) => () => {
    if (!stopped) send({ type: 'released', slot });
  };
  return {
    take: (fragment, onOutput) =>
      new Promise((resolve, reject) => {
        receive = (message) => {
          if (message.type === 'block') onOutput(viewsOf(message.packed), releaser(message.packed.slot));
          else if (message.type === 'profile') onOutput(message.output, () => undefined);
          else if (message.type === 'done') resolve();
          else reject(new TrancheError(message.code, message.message));
        };
        if (death === null) send({ type: 'fragment', fragment });
        else receive(failed(death));
      }),
    stop: async () => {
      stopped = true;
      receive = null;
      await worker.terminate();
    },
  };
}

/** Feeds fragments to lanes as these come free; each fragment has a queue, so that outputs can be read in order. */
async function feed(lane: Lane, next: () => number, fragments: readonly Fragment[], queues: Queues): Promise<void> {
  for (let index = next(); ; index = next()) {
    const fragment = fragments[index];
    const queue = queues[index];
    if (!fragment || !queue) return;
    try {
      await lane.take(fragment, (output, release) => queue.push({ fragment: index, output, release }));
      queue.end();
    } catch (error) {
      queue.fail(error);
      return;
    }
  }
}

type Queues = readonly OutputQueue<{ fragment: number; output: Output; release: () => void }>[];

async function* runLanes(
  order: WorkOrder,
  fragments: readonly Fragment[],
  options: WorkThreadsOptions,
  signal: AbortSignal,
): AsyncGenerator<{ fragment: number; output: Output; release: () => void }> {
  const count = Math.max(1, Math.min(options.workers, fragments.length));
  const lanes = Array.from({ length: count }, () =>
    openLane(order, options.entry, Math.max(2, Math.floor(options.blocksInFlight / count))),
  );
  const queues: Queues = fragments.map(() => openOutputQueue());
  const abort = (): void => {
    for (const queue of queues) queue.fail(new TrancheError('cancelled', 'Stopped.'));
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  let given = 0;
  try {
    const feeding = lanes.map((lane) => feed(lane, () => given++, fragments, queues));
    for (const queue of queues) yield* queue.items();
    await Promise.all(feeding);
  } finally {
    signal.removeEventListener('abort', abort);
    await Promise.all(lanes.map((lane) => lane.stop()));
  }
}

/** A pool of worker threads, started for each run and ended with it. */
export function openWorkThreads(options: WorkThreadsOptions): WorkPool {
  return {
    run: <K extends WorkKind>(
      kind: K,
      setup: Works[K]['setup'],
      fragments: readonly Fragment[],
      signal: AbortSignal,
    ) => {
      const order = { kind, setup } as unknown as WorkOrder;
      return runLanes(order, fragments, options, signal) as AsyncGenerator<WorkOutput<K>>;
    },
  };
}
