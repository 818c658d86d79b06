import { SETTINGS } from '../settings.ts';

/** Settings of ours that the text of a workspace's settings holds, although only a person's own count. */
export function ignoredSettings(text: string): readonly string[] {
  return Object.values(SETTINGS).filter((key) => new RegExp(`"${key.replaceAll('.', '\\.')}"\\s*:`).test(text));
}

/** The sentence that tells so, or null where there is nothing to tell. */
export function ignoredSettingsText(keys: readonly string[]): string | null {
  if (keys.length === 0) return null;
  const names = [...new Set(keys)].sort().join(' and ');
  return `This workspace sets ${names}, which has no effect: only your own user settings can.`;
}
