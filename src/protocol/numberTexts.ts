const BYTE_STEPS = [' B', ' kB', ' MB', ' GB', ' TB', ' PB'] as const;
const COUNT_STEPS = ['', ' k', ' M', ' bn', ' tn'] as const;

/** Three significant digits and the step's unit. */
function stepped(value: number, units: readonly string[]): string {
  let step = 0;
  let rest = value;
  while (rest >= 999.5 && step < units.length - 1) {
    rest /= 1000;
    step++;
  }
  const digits = step === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return `${rest.toFixed(digits)}${units[step] ?? ''}`;
}

/** `89.9 MB`: decimal units, three significant digits. */
export function bytesText(bytes: number): string {
  return stepped(bytes, BYTE_STEPS);
}

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `250,000`. */
export function countText(count: number): string {
  return WHOLE.format(count);
}

/** `16.8 M`: three significant digits from 10,000 on. */
export function shortCountText(count: number): string {
  return count < 9999.5 ? countText(count) : stepped(count, COUNT_STEPS);
}

/** `1 row`, `250,000 rows`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

const DOLLARS = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** `$18.40`; four digits below ten cents, and `< $0.0001`, so that small runs do not look free. */
export function usdText(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '< $0.0001';
  return usd < 0.1 ? `$${usd.toFixed(4)}` : `$${DOLLARS.format(usd)}`;
}
