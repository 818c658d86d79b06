import { isCancelRequested } from '../../platform/cancelRequest.ts';

const LOOK_MS = 1_000;

/** The wish to cancel a run that is driven here, from this process or another. */
export interface CancelWish {
  /** Aborts once somebody asks to cancel the run. */
  readonly signal: AbortSignal;
  readonly close: () => void;
}

/** Looks every second whether another process asks to cancel the run of `folder`; `own` asks for it in this one. */
export async function openCancelWish(folder: string, own: AbortSignal): Promise<CancelWish> {
  const asked = new AbortController();
  const ask = (): void => asked.abort();
  const look = async (): Promise<void> => {
    if (await isCancelRequested(folder)) ask();
  };
  await look();
  if (own.aborted) ask();
  own.addEventListener('abort', ask, { once: true });
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS); // a disk that fails stops the run elsewhere
  timer.unref();
  return {
    signal: asked.signal,
    close: () => {
      clearInterval(timer);
      own.removeEventListener('abort', ask);
    },
  };
}
