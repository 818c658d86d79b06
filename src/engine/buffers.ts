/** Line buffers of a worker: how many bytes may be on their way, and those that came back to be filled again. */
export interface Buffers {
  /** Bytes that may wait at the receiver. */
  allow: (bytes: number) => void;
  take: (bytes: number) => ArrayBuffer;
  /** Waits until `bytes` more may be sent; one output larger than the whole allowance goes alone. */
  room: (bytes: number) => Promise<void>;
  release: (bytes: number, buffer: ArrayBuffer | null) => void;
}

/** Buffers are made a little larger than asked, so that the next block fits too. */
const STEP = 1 << 20;
/** Buffers kept for reuse. */
const SPARES = 8;

export function openBuffers(): Buffers {
  let allowed = 0;
  let sent = 0;
  let wake: (() => void) | null = null;
  const spares: ArrayBuffer[] = [];
  return {
    allow: (bytes) => {
      allowed = bytes;
    },
    take: (bytes) => {
      const at = spares.findIndex((spare) => spare.byteLength >= bytes);
      const [spare] = at < 0 ? [] : spares.splice(at, 1);
      return spare ?? new ArrayBuffer(Math.ceil((bytes + 1) / STEP) * STEP);
    },
    room: async (bytes) => {
      while (sent > 0 && sent + bytes > allowed) await new Promise<void>((resolve) => (wake = resolve));
      sent += bytes;
    },
    release: (bytes, buffer) => {
      sent -= bytes;
      if (buffer && spares.length < SPARES) spares.push(buffer);
      wake?.();
      wake = null;
    },
  };
}
