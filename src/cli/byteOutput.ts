import type { Writable } from 'node:stream';

/** Bytes for a pipe whose reader may go away. */
export interface ByteOutput {
  /** Waits until the bytes are on their way; false once the reader is gone. Other failures are thrown. */
  readonly write: (bytes: Uint8Array) => Promise<boolean>;
  readonly close: () => void;
}

function isGone(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'EOF' || error.code === 'ERR_STREAM_DESTROYED');
}

/** Writes to a stream such as standard output; a closed pipe (`| head`) is an end, not an error. */
export function openByteOutput(stream: Writable): ByteOutput {
  // The callback of write gets the error too; without a listener it would end the process.
  const ignore = (): void => undefined;
  stream.on('error', ignore);
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        stream.write(bytes, (error) => {
          if (!error) resolve(true);
          else if (isGone(error)) resolve(false);
          else reject(error);
        });
      }),
    close: () => stream.off('error', ignore),
  };
}
