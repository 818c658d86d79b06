import type { QuarantineReason } from '../model/outcome.ts';

/** Bytes of a skip area: 0 is a row with a line, the others are rows without one and say why. */
export const SKIP = { null: 1, oversized: 2, tokens: 3 } as const satisfies Record<QuarantineReason, number>;

const REASONS: readonly (QuarantineReason | null)[] = [null, 'null', 'oversized', 'tokens'];

/** Why a row with this skip byte has no line; null if it has one. */
export function skipReason(byte: number): QuarantineReason | null {
  return REASONS[byte] ?? null;
}
