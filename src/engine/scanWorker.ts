import { parentPort } from 'node:worker_threads';
import { isTrancheError, messageOf } from '../core/errors.ts';
import { openBlockSlots, type BlockSlots } from '../platform/blockMemory.ts';
import type { FromWorker, ToWorker } from '../platform/workMessages.ts';
import { openWork, type Work } from './openWork.ts';

if (!parentPort) throw new Error('scanWorker runs as a worker thread only');
const port = parentPort;
let work: Promise<Work> | null = null;
let slots: BlockSlots = openBlockSlots(0);

function send(message: FromWorker): void {
  port.postMessage(message);
}

async function takeFragment(message: Extract<ToWorker, { type: 'fragment' }>): Promise<void> {
  try {
    if (!work) throw new Error('a fragment came before the order');
    const { outputs } = await work;
    for await (const output of outputs(message.fragment)) {
      if ('lengths' in output) {
        await slots.free();
        send({ type: 'block', packed: slots.pack(output) });
      } else send({ type: 'profile', output });
    }
    send({ type: 'done' });
  } catch (error) {
    const code = isTrancheError(error) ? error.code : 'internal';
    send({ type: 'failed', code, message: messageOf(error) });
  }
}

port.on('message', (message: ToWorker) => {
  if (message.type === 'released') slots.release(message.slot);
  else if (message.type === 'fragment') void takeFragment(message);
  else {
    slots = openBlockSlots(message.slots);
    work = openWork(message.order);
    work.catch(() => undefined); // met again by the fragment that awaits it
  }
});
