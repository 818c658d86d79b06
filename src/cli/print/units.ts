import type { Figure } from '../../core/model/figure.ts';

/** `2.1 s`, `3 min 20 s`, `2 h 10 min`. */
export function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds - 60 * minutes)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function margin({ value, low, high }: Figure): string {
  if (value <= 0) return '';
  const share = (100 * Math.max(high - value, value - low)) / value;
  return share > 100 ? '' : ` ±${share < 10 ? share.toFixed(1) : share.toFixed(0)} %`;
}

/** A figure with how it is known: exact ones plain, estimates as `~ 3.30 GB ±4.0 %`. */
export function figureText(figure: Figure, text: (value: number) => string): string {
  if (figure.known === 'unknown') return 'unknown';
  if (figure.known === 'exact') return text(figure.value);
  return margin(figure) === ''
    ? `~ ${text(figure.low)} to ${text(figure.high)}`
    : `~ ${text(figure.value)}${margin(figure)}`;
}
