import { TrancheError, throwIfAborted } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { QueueLimit } from './runEvents.ts';
import type { RunTuning } from './runPorts.ts';

/** What a chunk takes of the provider's queue. */
export interface Weight {
  readonly index: number;
  readonly tokens: number | null;
  readonly requests: number;
}

/**
 * Who may create a batch now. As long as nothing was refused, everybody; after a refusal one chunk at a time, lowest number first:
 * when a batch ends, or after a growing pause; the next only when the one before runs.
 */
export interface Room {
  /** Resolves when the chunk may try; `onWait` runs first if it cannot at once. */
  turn: (weight: Weight, onWait: () => Promise<void>, signal: AbortSignal) => Promise<void>;
  /** The chunk's batch exists. */
  accepted: (weight: Weight) => void;
  /** The chunk's batch is past validation. */
  running: (index: number) => void;
  /** The queue was full. */
  full: (index: number) => void;
  /** The chunk's batch ended, or its try came to nothing. */
  left: (index: number) => void;
}

interface Waiting {
  readonly weight: Weight;
  readonly enter: () => void;
}

/** A room whose limits are learnt while it is used; `signal` ends its timers. */
export function openRoom(
  clock: Clock,
  tuning: Pick<RunTuning, 'roomFirstMs' | 'roomSlowestMs'>,
  limits: () => readonly QueueLimit[],
  signal: AbortSignal,
): Room {
  const live = new Map<number, Weight>();
  const waiting: Waiting[] = [];
  let pauseMs = tuning.roomFirstMs;
  let blockedUntilMs = 0;
  let isTight = false;
  let isArmed = false;
  /** The one chunk that may try while the queue is known to be tight but not how tight. */
  let prober: number | null = null;

  const isFree = (weight: Weight): boolean => {
    if (prober !== null || clock.now() < blockedUntilMs) return false;
    return live.size === 0 || limits().every((limit) => fits(limit, [weight, ...live.values()]));
  };
  const claim = (weight: Weight): void => {
    live.set(weight.index, weight);
    if (isTight && (limits().length === 0 || weight.tokens === null)) prober = weight.index;
  };
  const pump = (): void => {
    for (let head = waiting[0]; head !== undefined && isFree(head.weight); head = waiting[0]) {
      waiting.shift();
      claim(head.weight);
      head.enter();
    }
    if (waiting.length > 0 && clock.now() < blockedUntilMs) void arm();
  };
  const arm = async (): Promise<void> => {
    if (isArmed) return;
    isArmed = true;
    try {
      await clock.sleep(blockedUntilMs - clock.now(), signal);
    } catch {
      return; // only an aborted signal ends a sleep, and then nobody waits any more
    } finally {
      isArmed = false;
    }
    pump();
  };
  const free = (index: number): void => {
    if (prober === index) prober = null;
    pump();
  };
  return {
    turn: async (weight, onWait, own) => {
      throwIfAborted(own);
      if (waiting.length === 0 && isFree(weight)) return claim(weight);
      await onWait();
      await standInLine(waiting, weight, pump, own);
    },
    accepted: (weight) => {
      live.set(weight.index, weight);
    },
    running: (index) => {
      if (prober !== index) return;
      pauseMs = tuning.roomFirstMs;
      free(index);
    },
    full: (index) => {
      live.delete(index);
      isTight = true;
      blockedUntilMs = clock.now() + pauseMs;
      pauseMs = Math.min(pauseMs * 2, tuning.roomSlowestMs);
      free(index);
    },
    left: (index) => {
      if (live.delete(index)) blockedUntilMs = 0;
      free(index);
    },
  };
}

/** Lowest number first; `pump` lets in whoever may enter. */
function standInLine(waiting: Waiting[], weight: Weight, pump: () => void, signal: AbortSignal): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const cancelled = new TrancheError('cancelled', 'Stopped.');
    const stop = (): void => {
      waiting.splice(waiting.indexOf(entry), 1);
      reject(cancelled);
    };
    const enter = (): void => {
      signal.removeEventListener('abort', stop);
      resolve();
    };
    const entry = { weight, enter };
    if (signal.aborted) return reject(cancelled);
    signal.addEventListener('abort', stop, { once: true });
    const behind = waiting.findIndex((other) => other.weight.index > weight.index);
    waiting.splice(behind === -1 ? waiting.length : behind, 0, entry);
    pump();
  });
}

function fits(limit: QueueLimit, weights: readonly Weight[]): boolean {
  const sum = weights.reduce(
    (total, { tokens, requests }) => total + (limit.kind === 'tokens' ? (tokens ?? 0) : requests),
    0,
  );
  return sum <= limit.limit;
}

/** The learnt limit that is smaller than the chunk alone: it can never run. Tokens are an estimate, so half of them must be too many. */
export function tooHeavyFor(weight: Weight, limits: readonly QueueLimit[]): QueueLimit | null {
  const least = { ...weight, tokens: weight.tokens === null ? null : weight.tokens / 2 };
  return limits.find((limit) => !fits(limit, [least])) ?? null;
}
