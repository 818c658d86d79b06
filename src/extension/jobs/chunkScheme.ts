export const CHUNK_SCHEME = 'tranche-chunk';
