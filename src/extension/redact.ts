const KEY_LIKE =
  /\b(?:sk|rk|pk)-[A-Za-z0-9_-]{8,}|(?<=\bbearer\s+)[A-Za-z0-9._~+/-]{8,}=*|(?<=:\/\/)[^\s/:@]+:[^\s/@]+(?=@)/gi;
const MIN_SECRET = 6;

/** The text without anything that is, or looks like, a key. */
export function redact(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length >= MIN_SECRET);
  return known.reduce((rest, secret) => rest.replaceAll(secret, '***'), text).replace(KEY_LIKE, '***');
}
