import type { SchemaElement } from 'hyparquet';

/** An element of the schema with what lies below it. */
export interface SchemaNode {
  readonly element: SchemaElement;
  readonly path: readonly string[];
  readonly children: readonly SchemaNode[];
  /** Which column chunk of a row group is this leaf's; -1 for groups. */
  readonly leaf: number;
  /** Definition level of a present value. */
  readonly maxDefinition: number;
  /** Lists around it; 0 means one value a row at most. */
  readonly maxRepetition: number;
}

const MAX_DEPTH = 100;

interface Walk {
  readonly schema: readonly SchemaElement[];
  next: number;
  leaf: number;
}

function node(walk: Walk, parent: SchemaNode | null, depth: number): SchemaNode {
  const element = walk.schema[walk.next++];
  if (element === undefined || depth > MAX_DEPTH) throw new Error('its schema is malformed');
  const isRoot = parent === null;
  const children: SchemaNode[] = [];
  const isLeaf = element.type !== undefined;
  const made: SchemaNode = {
    element,
    path: isRoot ? [] : [...parent.path, element.name],
    children,
    leaf: isLeaf ? walk.leaf++ : -1,
    maxDefinition: isRoot ? 0 : parent.maxDefinition + (element.repetition_type === 'REQUIRED' ? 0 : 1),
    maxRepetition: isRoot ? 0 : parent.maxRepetition + (element.repetition_type === 'REPEATED' ? 1 : 0),
  };
  const count = isLeaf ? 0 : (element.num_children ?? 0);
  if (!(count >= 0 && count <= walk.schema.length)) throw new Error('its schema is malformed');
  for (let i = 0; i < count; i++) children.push(node(walk, made, depth + 1));
  return made;
}

/** The schema's root. Throws a plain Error if the counts of children do not fit the elements. */
export function schemaTree(schema: readonly SchemaElement[]): SchemaNode {
  const walk: Walk = { schema, next: 0, leaf: 0 };
  const root = node(walk, null, 0);
  if (walk.next !== schema.length || root.leaf !== -1) throw new Error('its schema is malformed');
  return root;
}

/** The node at a path of names below the root; the first of several of one name. */
export function nodeAt(root: SchemaNode, path: readonly string[]): SchemaNode | undefined {
  let at: SchemaNode | undefined = root;
  for (const name of path) at = at?.children.find((child) => child.element.name === name);
  return at;
}
