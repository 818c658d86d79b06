const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** The hive partition columns in a relative name (`day=2024-09-09/part.parquet`), percent-decoded; null for Hive's default partition. */
export function hivePartition(name: string): Record<string, string | null> {
  const folders = name.split('/').slice(0, -1);
  const pairs = folders.flatMap((folder): [string, string | null][] => {
    const at = folder.indexOf('=');
    if (at <= 0) return [];
    const value = folder.slice(at + 1);
    return [[decoded(folder.slice(0, at)), value === NULL_PARTITION ? null : decoded(value)]];
  });
  return Object.fromEntries(pairs);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
