import type { later } from './later.ts';

/** Loads a bundle of its own (`dist/extensionLater.cjs`) at first use, so that waking up costs a window next to nothing. */
export async function loadLater(): Promise<typeof later> {
  return (await import('./later.ts')).later;
}
