import type { later } from './later.ts';

/** A bundle of its own (`dist/extensionLater.cjs`), loaded at first use, so that waking up costs a window next to nothing. */
export type LoadLater = () => Promise<typeof later>;

export const loadLater: LoadLater = async () => (await import('./later.ts')).later;
