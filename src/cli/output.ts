import { once } from 'node:events';

/** Writes data to standard output and waits while a pipe is full. A reader that went away (`| head`) ends the program quietly. */
export async function writeOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** One JSON value on a line of its own. */
export async function writeJsonLine(value: unknown): Promise<void> {
  await writeOut(`${JSON.stringify(value)}\n`);
}

/** A JSON document for people and scripts. */
export async function writeJson(value: unknown): Promise<void> {
  await writeOut(`${JSON.stringify(value, null, 2)}\n`);
}
