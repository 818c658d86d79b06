/** Texts that all pages share. */
export const SHARED = {
  waiting: 'Waiting for the editor',
  editor: 'The editor',
  /** Said by screen readers before a sentence across the page. */
  bars: { info: 'Note: ', warning: 'Warning: ', error: 'Error: ' },
  exact: 'exact',
  estimate: 'estimate',
  unknown: 'unknown',
  range: (low: string, high: string) => `${low} to ${high}`,
  exactly: (value: string) => `${value}, exact`,
  about: (value: string, low: string, high: string) => `about ${value}, estimated between ${low} and ${high}`,
  cost: {
    title: 'Greatest cost',
    unknown: 'not known: the warning says why',
    pricesAsOf: (date: string) => `prices as of ${date}`,
    ownPrices: 'prices of your configuration',
    free: 'nothing to pay',
  },
  bytes: (count: string) => `${count} bytes`,
  quantiles: { p50: 'p50', p99: 'p99' },
  rowSizes: (what: string, p50: string, p99: string, max: string) =>
    `${what}: half of the rows have no more than ${p50}; 99 of 100 no more than ${p99}; the largest: ${max}.`,
} as const;
