/**
 * JSON that keeps its keys in the order of the file (a JavaScript object would move `"50256"` to the front) and holds any key safely.
 * Plain data: it crosses to workers.
 */
export type BodyNode =
  | null
  | boolean
  | number
  | string
  | { readonly items: readonly BodyNode[] }
  | { readonly entries: readonly (readonly [key: string, value: BodyNode])[] };

/** The value at a path of keys, undefined where there is none. */
export function bodyAt(node: BodyNode | undefined, ...path: string[]): BodyNode | undefined {
  for (const key of path) {
    if (typeof node !== 'object' || node === null || !('entries' in node)) return undefined;
    node = node.entries.find(([name]) => name === key)?.[1];
  }
  return node;
}

/** Plain JavaScript value of a node (for schema validation, hashing, display). */
export function bodyToJson(node: BodyNode): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if ('items' in node) return node.items.map(bodyToJson);
  return Object.fromEntries(node.entries.map(([key, value]) => [key, bodyToJson(value)]));
}
