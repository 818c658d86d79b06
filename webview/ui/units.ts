import { bytesText, shortCountText } from '../../src/protocol/numberTexts.ts';

/** `90 MB`: the same for what a person chose, without zeros that say nothing. */
export function roundBytesText(bytes: number): string {
  return bytesText(bytes).replace(/\.0+ /, ' ');
}

/** `40 M`: the same for what a person chose, without zeros that say nothing. */
export function roundCountText(count: number): string {
  return shortCountText(count).replace(/\.0+ /, ' ');
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
