import type { Kernel } from '../../../kernel/kernel.ts';
import type { ColumnPath } from '../../model/columnType.ts';
import { jsonMembers, jsonValueText } from './jsonText.ts';

/** Ints of a key node (`src/kernel/assembly/scan.ts`). */
const NODE_INTS = 8;

/** A wanted key: the column its value goes to (-1: none), and the wanted keys inside its value. */
export interface KeyNode {
  readonly key: string;
  column: number;
  readonly children: KeyNode[];
  /** The children by their keys. */
  readonly byKey: ReadonlyMap<string, KeyNode>;
}

/** The wanted keys of an object: in order, and by name. */
export type KeyLevel = Pick<KeyNode, 'children' | 'byKey'>;

/** The wanted paths as a tree of keys; path j is column j. */
export function keyTree(paths: readonly ColumnPath[]): KeyLevel {
  const top = { children: [] as KeyNode[], byKey: new Map<string, KeyNode>() };
  const levels = new Map<KeyNode, typeof top>();
  for (const [column, path] of paths.entries()) {
    let level = top;
    for (const [depth, key] of path.entries()) {
      let node = level.byKey.get(key);
      let below = node === undefined ? undefined : levels.get(node);
      if (node === undefined || below === undefined) {
        below = { children: [], byKey: new Map() };
        node = { key, column: -1, ...below };
        level.children.push(node);
        level.byKey.set(key, node);
        levels.set(node, below);
      }
      if (depth === path.length - 1) node.column = column;
      level = below;
    }
  }
  return top;
}

/** Writes a tree where the scanner reads it, and returns its address. */
export function putKeyTree(kernel: Kernel, top: KeyLevel): number {
  const nodes: KeyNode[] = [...top.children];
  const firstChild: number[] = [];
  for (const node of nodes) {
    firstChild.push(nodes.length);
    nodes.push(...node.children);
  }
  const keys = nodes.map(({ key }) => {
    const bytes = new TextEncoder().encode(key);
    return [kernel.put(bytes), bytes.length] as const;
  });
  const at = kernel.reserve(4 * NODE_INTS * nodes.length);
  const ints = kernel.ints(at, NODE_INTS * nodes.length);
  for (const [index, { column, children }] of nodes.entries()) {
    const [key = 0, length = 0] = keys[index] ?? [];
    ints.set([key, length, column, firstChild[index] ?? 0, children.length, 0, 0, 0], NODE_INTS * index);
  }
  return at;
}

/** Fills `texts` (one for each column, all null) from the object that begins at `at` of valid JSON; of a key that comes twice the last value counts. */
export function takeMembers(text: string, at: number, level: KeyLevel, texts: (Uint8Array | null)[]): void {
  for (const { key, from, to } of jsonMembers(text, at)) {
    const node = level.byKey.get(key);
    if (node === undefined) continue;
    forget(node.children, texts);
    if (node.column >= 0) texts[node.column] = jsonValueText(text, from, to);
    if (node.children.length > 0 && text[from] === '{') takeMembers(text, from, node, texts);
  }
}

function forget(level: readonly KeyNode[], texts: (Uint8Array | null)[]): void {
  for (const { column, children } of level) {
    if (column >= 0) texts[column] = null;
    forget(children, texts);
  }
}
