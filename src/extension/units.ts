const STEPS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `89.9 MB`: decimal units, three significant digits. */
export function bytesText(bytes: number): string {
  let step = 0;
  let value = bytes;
  while (value >= 999.5 && step < STEPS.length - 1) {
    value /= 1000;
    step++;
  }
  const digits = step === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${STEPS[step] ?? ''}`;
}

const COUNTS = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const DOLLARS = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `250,000`. */
export function countText(count: number): string {
  return COUNTS.format(count);
}

/** `1 row`, `250,000 rows`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** `$18.40`; four digits below ten cents, so that small runs do not look free. */
export function usdText(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '< $0.0001';
  return usd < 0.1 ? `$${usd.toFixed(4)}` : `$${DOLLARS.format(usd)}`;
}

/** `63 %` of what is under way: never 100 %, since then it would be over. */
export function percentText(done: number, total: number): string {
  const share = total <= 0 ? 0 : Math.floor((100 * Math.max(0, done)) / total);
  return `${Math.min(99, share)} %`;
}
