/**
 * The longest answer a model can give, in tokens, reasoning included; null where it is not known.
 * From the table of models that comes with the tokenizer, loaded at the first call.
 */
export async function maxOutputTokens(model: string): Promise<number | null> {
  const table: object = await import('gpt-tokenizer/models');
  const entry: unknown = Object.hasOwn(table, model) ? (table as Readonly<Record<string, unknown>>)[model] : undefined;
  if (typeof entry !== 'object' || entry === null || !('max_output_tokens' in entry)) return null;
  const { max_output_tokens: tokens } = entry;
  return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens > 0 ? tokens : null;
}
