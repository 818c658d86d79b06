/** What screen readers are told while a page changes. */
export interface LiveRegion {
  readonly element: HTMLElement;
  /** `state` is said at once, and so is progress that begins; other `progress` not before five seconds have passed since anything was said. */
  readonly say: (state: string, progress: string) => void;
}

const PACE_MS = 5000;

/** Makes a polite live region. */
export function createLiveRegion(): LiveRegion {
  const element = document.createElement('div');
  element.className = 'unseen';
  element.setAttribute('role', 'status');
  let lastState = '';
  let lastProgress = '';
  let saidMs = -Infinity;
  return {
    element,
    say: (state, progress) => {
      const nowMs = performance.now();
      const isNews = state !== lastState;
      const begins = progress !== '' && lastProgress === '';
      lastState = state;
      lastProgress = progress;
      if (!isNews && !begins && (progress === '' || nowMs - saidMs < PACE_MS)) return;
      saidMs = nowMs;
      const text = isNews ? state : progress;
      if (element.textContent !== text) element.textContent = text;
    },
  };
}
