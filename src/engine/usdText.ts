/** `$18.40`; four digits below ten cents, and `< $0.0001`, so that small runs do not look free. */
export function usdText(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '< $0.0001';
  return usd < 0.1
    ? `$${usd.toFixed(4)}`
    : `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
