const STEPS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const COUNT_STEPS = ['', ' k', ' M', ' bn', ' tn'] as const;

function stepped(value: number, steps: number): { readonly text: string; readonly step: number } {
  let step = 0;
  let rest = value;
  while (rest >= 999.5 && step < steps - 1) {
    rest /= 1000;
    step++;
  }
  const digits = step === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  return { text: rest.toFixed(digits), step };
}

/** `89.9 MB`: decimal units, three significant digits. */
export function bytesText(bytes: number): string {
  const { text, step } = stepped(bytes, STEPS.length);
  return `${text} ${STEPS[step] ?? ''}`;
}

/** `90 MB`: the same for what a person chose, without zeros that say nothing. */
export function roundBytesText(bytes: number): string {
  return bytesText(bytes).replace(/\.0+ /, ' ');
}

/** `250,000`. */
export function countText(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** `16.8 M`: three significant digits from 10,000 on. */
export function shortCountText(count: number): string {
  if (count < 9999.5) return countText(count);
  const { text, step } = stepped(count, COUNT_STEPS.length);
  return `${text}${COUNT_STEPS[step] ?? ''}`;
}

/** `40 M`: the same for what a person chose, without zeros that say nothing. */
export function roundCountText(count: number): string {
  return shortCountText(count).replace(/\.0+ /, ' ');
}

/** `$18.40`; four digits below ten cents, and `< $0.0001`, so that small runs do not look free. */
export function usdText(usd: number): string {
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '< $0.0001';
  if (usd < 0.1) return `$${usd.toFixed(4)}`;
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** `99.7 %`. */
export function percentText(share: number): string {
  const percent = 100 * share;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  return `${percent.toFixed(percent >= 99.95 ? 0 : 1)} %`;
}

const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });

/** `2 Nov 2026` from `2026-11-02`; anything else as it stands. */
export function dayText(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) ? day : DAY.format(date);
}

/** `0.8 s`, `12 min 34 s`. */
export function secondsText(seconds: number): string {
  if (seconds < 0.05) return '< 0.1 s';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `1 file`, `32 files`. */
export function countedText(count: number, one: string, many: string): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}
