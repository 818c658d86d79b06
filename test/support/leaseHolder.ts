import { appendFileSync } from 'node:fs';
import { isTrancheError } from '../../src/core/errors.ts';
import { acquireLease } from '../../src/platform/lease.ts';

/** Takes and leaves a lease again and again, writing down both; now and then it dies inside. */
const [folder = '', log = '', seedText = '1', endText = '0'] = process.argv.slice(2);
let seed = Number(seedText);
const chance = (): number => {
  seed = (seed * 1103515245 + 12345) % 2147483648;
  return seed / 2147483648;
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

while (Date.now() < Number(endText)) {
  try {
    const lease = await acquireLease(folder, { what: 'Run x', surface: 'CLI', minFence: 0 });
    appendFileSync(log, `in ${lease.fence}\n`);
    await pause(chance() * 10);
    if (chance() < 0.08) process.kill(process.pid, 'SIGKILL');
    await lease.verify();
    appendFileSync(log, `out ${lease.fence}\n`);
    await lease.release();
  } catch (error) {
    if (!isTrancheError(error, 'owned')) throw error;
  }
  await pause(chance() * 8);
}
