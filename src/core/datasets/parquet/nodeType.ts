import type { Column, ColumnType } from '../../model/columnType.ts';
import { leafLayout } from './leafLayout.ts';
import type { SchemaNode } from './schemaTree.ts';

function isAnnotated(node: SchemaNode, logical: string, ...converted: string[]): boolean {
  const { logical_type, converted_type } = node.element;
  return logical_type?.type === logical || (converted_type !== undefined && converted.includes(converted_type));
}

/** The element below a list's repeated child, by the rules for old writers: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists */
function listItem(list: SchemaNode): SchemaNode | null {
  const [repeated] = list.children;
  if (repeated?.element.repetition_type !== 'REPEATED' || list.children.length !== 1) return null;
  const [only] = repeated.children;
  const { name } = repeated.element;
  const isItemItself =
    repeated.children.length !== 1 || name === 'array' || name === `${list.element.name}_tuple` || only === undefined;
  return isItemItself ? repeated : only;
}

function mapType(node: SchemaNode): ColumnType | null {
  const [entry] = node.children;
  const [key, value] = entry?.children ?? [];
  if (entry?.element.repetition_type !== 'REPEATED' || key === undefined || value === undefined) return null;
  return { kind: 'map', key: nodeType(key), value: nodeType(value) };
}

function structType(node: SchemaNode): ColumnType {
  return { kind: 'struct', fields: node.children.map(nodeColumn) };
}

/** The type of one value, a repeated node taken as the item it repeats. */
function singleType(node: SchemaNode): ColumnType {
  if (node.leaf >= 0) return leafLayout(node.element).type;
  if (isAnnotated(node, 'VARIANT')) throw new Error('a variant is not known');
  if (isAnnotated(node, 'LIST', 'LIST')) {
    const item = listItem(node);
    if (item !== null)
      return { kind: 'list', item: item.element.repetition_type === 'REPEATED' ? singleType(item) : nodeType(item) };
  }
  if (isAnnotated(node, 'MAP', 'MAP', 'MAP_KEY_VALUE')) return mapType(node) ?? structType(node);
  return structType(node);
}

/** What a column holds; throws a plain Error for types that are not known. */
export function nodeType(node: SchemaNode): ColumnType {
  const type = singleType(node);
  return node.element.repetition_type === 'REPEATED' ? { kind: 'list', item: type } : type;
}

/** A node as a column. */
function nodeColumn(node: SchemaNode): Column {
  return {
    name: node.element.name,
    type: nodeType(node),
    nullable: node.element.repetition_type !== 'REQUIRED',
  };
}

/** A column of the file; one of an unknown type is described as binary and refused only when it is read. */
export function describedColumn(node: SchemaNode): Column {
  try {
    return nodeColumn(node);
  } catch {
    return { name: node.element.name, type: { kind: 'binary' }, nullable: true };
  }
}
