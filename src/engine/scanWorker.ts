import { parentPort } from 'node:worker_threads';
import { isTrancheError, messageOf } from '../core/errors.ts';
import type { WorkKind, Works } from '../core/pipeline/workPool.ts';
import type { FromWorker, ToWorker } from '../platform/workMessages.ts';
import { openBuffers } from './buffers.ts';
import { openWork, type Work } from './openWork.ts';

if (!parentPort) throw new Error('scanWorker runs as a worker thread only');
const port = parentPort;
const buffers = openBuffers();
let work: Promise<Work> | null = null;

function send(message: FromWorker, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/** Buffers that move to the receiver instead of being copied. */
function transfers(output: Works[WorkKind]['output']): ArrayBuffer[] {
  if (!('lengths' in output)) return [];
  const kept = (output.kept ?? []).flatMap(({ plain, validity }) => (validity ? [plain, validity] : [plain]));
  const views = [output.lengths, output.idHashes, output.bytes, output.tokens, ...kept];
  return views.filter((view) => view !== null).map((view) => view.buffer as ArrayBuffer);
}

async function takeFragment(message: Extract<ToWorker, { type: 'fragment' }>): Promise<void> {
  try {
    if (!work) throw new Error('a fragment came before the order');
    const { outputs } = await work;
    for await (const output of outputs(message.fragment)) {
      const bytes = 'bytes' in output ? (output.bytes?.length ?? 0) : 0;
      await buffers.room(bytes);
      send({ type: 'output', output, bytes }, transfers(output));
    }
    send({ type: 'done' });
  } catch (error) {
    const code = isTrancheError(error) ? error.code : 'internal';
    send({ type: 'failed', code, message: messageOf(error) });
  }
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'released') buffers.release(message.bytes, message.buffer);
  else if (message.type === 'fragment') void takeFragment(message);
  else {
    buffers.allow(message.allowanceBytes);
    work = openWork(message.order, buffers.take);
    work.catch(() => undefined); // met again by the fragment that awaits it
  }
});
