import { readFile } from 'node:fs/promises';
import { systemCode } from './diskError.ts';

/** What tells a process from a later one with its number: its start time where the system shows it (Linux), else an empty text. */
export async function processMark(pid: number): Promise<string> {
  return (await linuxProcess(pid))?.startTicks ?? '';
}

/** Whether the process lives: one that is dead but not yet taken note of (a zombie) does not, nor a later one with the same number. */
export async function isProcessAlive(pid: number, mark: string): Promise<boolean> {
  if (pid <= 0 || !isKnown(pid)) return false;
  const found = await linuxProcess(pid);
  if (found === null) return true;
  return !'ZX'.includes(found.state) && (mark === '' || mark === found.startTicks);
}

function isKnown(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** State and start time as in proc_pid_stat(5), fields 3 and 22; null where it cannot be read. */
async function linuxProcess(pid: number): Promise<{ state: string; startTicks: string } | null> {
  if (process.platform !== 'linux') return null;
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    return state === undefined || state === '' || startTicks === undefined ? null : { state, startTicks };
  } catch {
    return null; // gone, or hidden from us: the caller goes by what it knows otherwise
  }
}
