import type { TimeUnit } from '../model/columnType.ts';

const DATE = /^([+-]?\d{4,9})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/;
const DECIMAL = /^([+-]?)(\d+)(?:\.(\d+))?$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Digits of a fraction of a second in each unit. */
const DIGITS: Readonly<Record<TimeUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar; null for text that is none. */
export function parseDate(text: string): number | null {
  const found = DATE.exec(text);
  if (found === null) return null;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  if (month < 1 || month > 12 || day < 1 || day > 31) return null;
  const fromMarch = month > 2 ? year : year - 1;
  const era = Math.floor(fromMarch / 400);
  const yearOfEra = fromMarch - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

interface ClockTime {
  readonly seconds: number;
  /** Digits of the fraction, "" for none. */
  readonly fraction: string;
}

function parseClock(text: string): ClockTime | null {
  const found = TIME.exec(text);
  if (found === null) return null;
  const seconds = Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3]);
  return { seconds, fraction: found[4] ?? '' };
}

/** Whole units of a fraction; null when it has digits the unit can't hold. */
function inUnit(seconds: bigint, fraction: string, unit: TimeUnit): bigint | null {
  const digits = DIGITS[unit];
  if (/[1-9]/.test(fraction.slice(digits))) return null;
  const whole = fraction.slice(0, digits).padEnd(digits, '0');
  return seconds * 10n ** BigInt(digits) + BigInt(whole === '' ? '0' : whole);
}

/** Units since midnight; null for text that is no time of day. */
export function parseTime(text: string, unit: TimeUnit): bigint | null {
  const clock = parseClock(text);
  return clock === null ? null : inUnit(BigInt(clock.seconds), clock.fraction, unit);
}

/** Units since 1970-01-01T00:00:00 of a date and a time joined by `T`, with or without `Z`; null for anything else. */
export function parseTimestamp(text: string, unit: TimeUnit): bigint | null {
  const middle = text.indexOf('T');
  const days = parseDate(text.slice(0, Math.max(0, middle)));
  const clock = parseClock(text.slice(middle + 1, text.endsWith('Z') ? -1 : undefined));
  if (days === null || clock === null) return null;
  return inUnit(BigInt(days) * 86_400n + BigInt(clock.seconds), clock.fraction, unit);
}

/** A decimal as its digits without the point, at `scale`; null when it is no decimal or has more digits behind the point. */
export function parseDecimal(text: string, scale: number): bigint | null {
  const found = DECIMAL.exec(text);
  if (found === null) return null;
  const fraction = found[3] ?? '';
  if (fraction.length > scale) return null;
  const digits = BigInt(`${found[2] ?? '0'}${fraction.padEnd(scale, '0')}`);
  return found[1] === '-' ? -digits : digits;
}

/** The bytes behind base64 with padding; null for text that is none. */
export function parseBase64(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !BASE64.test(text)) return null;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** The 16 bytes of a UUID of 36 characters; null for anything else. */
export function parseUuid(text: string): Uint8Array | null {
  if (!UUID.test(text)) return null;
  const hex = text.replaceAll('-', '');
  return Uint8Array.from({ length: 16 }, (_, at) => Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}

/** A number spelt as JavaScript spells it, `NaN` and the infinities included; null for anything else. */
export function parseFloating(text: string): number | null {
  const value = Number(text);
  if (text.trim() === '') return null;
  return Number.isNaN(value) && text !== 'NaN' ? null : value;
}

/** All digits of an integer; null for anything else. */
export function parseInteger(text: string): bigint | null {
  return /^[+-]?\d{1,40}$/.test(text) ? BigInt(text) : null;
}
