const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['', 1n],
  ['B', 1n],
  ['kB', 10n ** 3n],
  ['KB', 10n ** 3n],
  ['MB', 10n ** 6n],
  ['GB', 10n ** 9n],
  ['KiB', 2n ** 10n],
  ['MiB', 2n ** 20n],
  ['GiB', 2n ** 30n],
]);

/** Bytes of a size as jobs write it (`"90MB"` is 90,000,000, `"64MiB"` 67,108,864, `"1.5 GB"`), or null if it is none or no whole number of bytes above 0. */
export function parseSize(text: string): number | null {
  const [, whole, fraction = '', unit = ''] = /^(\d{1,15})(?:\.(\d{1,9}))? ?([A-Za-z]{0,3})$/.exec(text) ?? [];
  const factor = UNITS.get(unit);
  if (whole === undefined || factor === undefined) return null;
  const scaled = BigInt(whole + fraction) * factor;
  const divisor = 10n ** BigInt(fraction.length);
  const bytes = Number(scaled / divisor);
  return scaled % divisor === 0n && Number.isSafeInteger(bytes) && bytes > 0 ? bytes : null;
}
