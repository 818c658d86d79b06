import { diskError } from '../platform/diskError.ts';
import { openByteOutput } from './byteOutput.ts';
import type { Writable } from 'node:stream';

/** Where data goes. Each call waits while a pipe is full and gives false once the reader is gone (`| head`): an end, not an error. */
export interface Output {
  readonly bytes: (bytes: Uint8Array) => Promise<boolean>;
  readonly text: (text: string) => Promise<boolean>;
  /** A JSON document for people and scripts. */
  readonly json: (value: unknown) => Promise<boolean>;
  /** One JSON value on a line of its own. */
  readonly jsonLine: (value: unknown) => Promise<boolean>;
  readonly close: () => void;
}

/** Writes to standard output; a failure other than a reader that left is a `disk` error. */
export function openOutput(stream: Writable): Output {
  const output = openByteOutput(stream);
  const bytes = (part: Uint8Array): Promise<boolean> =>
    output.write(part).catch((error: unknown) => {
      throw diskError(error, 'standard output');
    });
  const text = (part: string): Promise<boolean> => bytes(new TextEncoder().encode(part));
  return {
    bytes,
    text,
    json: (value) => text(`${JSON.stringify(value, null, 2)}\n`),
    jsonLine: (value) => text(`${JSON.stringify(value)}\n`),
    close: output.close,
  };
}
