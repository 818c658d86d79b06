import { createHash } from 'node:crypto';
import type { Hasher } from '../core/ports.ts';

/** A fresh SHA-256. */
export function newHasher(): Hasher {
  const hash = createHash('sha256');
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    digest: () => hash.digest('hex'),
  };
}
