export const FAILURES_SCHEME = 'tranche-failures';
