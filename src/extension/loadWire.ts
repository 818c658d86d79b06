import type * as wire from './wire.ts';

/** A bundle of its own (`dist/extensionWire.cjs`), loaded at first use: JSON-RPC is heavier than all the rest of the extension. */
export type LoadWire = () => Promise<typeof wire>;

export const loadWire: LoadWire = () => import('./wire.ts');
