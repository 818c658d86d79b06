/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object (not an array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An own member of a JSON object, undefined where there is none; inherited names do not count. */
export function field(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A member that is a text with at least one character, else null. */
export function textField(value: unknown, name: string): string | null {
  const text = field(value, name);
  return typeof text === 'string' && text !== '' ? text : null;
}

/** A member that is an array, else an empty one. */
export function listField(value: unknown, name: string): readonly unknown[] {
  const list = field(value, name);
  return Array.isArray(list) ? list : [];
}

/** A member that is a count of at most 2^53 - 1, else null. */
export function countField(value: unknown, name: string): number | null {
  const count = field(value, name);
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}
