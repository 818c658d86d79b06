import type { ParquetType } from 'hyparquet';
import type { LeafLayout } from './leafLayout.ts';
import { leafLayout } from './leafLayout.ts';
import type { SchemaNode } from './schemaTree.ts';

/** A leaf with at most one value a row. */
export interface FlatLeaf {
  /** Which column chunk of each row group. */
  readonly index: number;
  readonly name: string;
  readonly physical: ParquetType;
  readonly maxDefinition: number;
  readonly layout: LeafLayout;
}

/** The leaf behind a node without lists around it. Throws a plain Error for types that are not known. */
export function flatLeaf(node: SchemaNode): FlatLeaf {
  const { element } = node;
  if (element.type === undefined) throw new Error('its physical type is not known');
  return {
    index: node.leaf,
    name: node.path.join('.'),
    physical: element.type,
    maxDefinition: node.maxDefinition,
    layout: leafLayout(element),
  };
}
