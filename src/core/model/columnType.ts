/** What one count of a time or timestamp stands for. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/**
 * What a column holds, the same for every format. It decides the column's text (`docs/values.md`) and its Arrow bytes.
 * `cell` is a CSV cell and `json` a JSONL value: text as it stands in the file; `guess` serves display only.
 */
export type ColumnType =
  | { readonly kind: 'null' }
  | { readonly kind: 'bool' }
  | { readonly kind: 'int'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'utf8' }
  | { readonly kind: 'binary'; readonly width?: number }
  | { readonly kind: 'uuid' }
  | { readonly kind: 'date'; readonly unit?: 'day' | 'ms' }
  | { readonly kind: 'time'; readonly unit: TimeUnit }
  | { readonly kind: 'timestamp'; readonly unit: TimeUnit; readonly utc: boolean }
  | { readonly kind: 'duration'; readonly unit: TimeUnit }
  | { readonly kind: 'interval' }
  | { readonly kind: 'list'; readonly item: ColumnType; readonly width?: number }
  | { readonly kind: 'struct'; readonly fields: readonly Column[] }
  | { readonly kind: 'map'; readonly key: ColumnType; readonly value: ColumnType }
  | { readonly kind: 'cell'; readonly guess?: 'int' | 'float' | 'bool' | 'date' | 'timestamp' | 'text' }
  | { readonly kind: 'json' };

/** One column (or field of a struct). */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** A column, or a field inside struct columns: `['a']`, `['a', 'b']`. */
export type ColumnPath = readonly string[];
