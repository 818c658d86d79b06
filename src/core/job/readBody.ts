import type { Node } from 'jsonc-parser';
import { isTrancheError } from '../errors.ts';
import type { BodyNode } from '../model/body.ts';
import type { JobFiles } from './jobFiles.ts';
import { kindOf, membersOf, textOf } from './jobSection.ts';
import type { JobTree } from './jobSource.ts';

/** A number as written: one that a double would change is refused, since the line must carry what the job says. */
function numberOf(tree: JobTree, node: Node): number {
  const written = tree.text.slice(node.offset, node.offset + node.length);
  const value = Number(written);
  const whole = /^-?\d+$/.test(written);
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) {
    throw tree.errorAt(
      node,
      `the number ${written.slice(0, 40)} cannot be kept exactly; write one of at most 15 digits.`,
    );
  }
  return value === 0 ? 0 : value;
}

async function fileText(tree: JobTree, node: Node, files: JobFiles): Promise<string> {
  const members = membersOf(tree, node);
  const other = members.find(([key]) => key !== '$file');
  if (other !== undefined)
    throw tree.errorAt(
      other[2],
      `{"$file": ...} stands for a text and takes no other key; ${JSON.stringify(other[0])} has no place here.`,
    );
  const value = members[0]?.[1] ?? node;
  if (value.type !== 'string' || value.value === '')
    throw tree.errorAt(
      value,
      `"$file" must name a file in the job's folder, not ${value.value === '' ? 'an empty text' : kindOf(value)}.`,
    );
  try {
    return await files.readText(textOf(tree, value));
  } catch (error) {
    if (isTrancheError(error) && error.code !== 'cancelled') throw tree.errorAt(value, error.message, error);
    throw error;
  }
}

/** The node as plain data in the order of the file, with each `{"$file": path}` replaced by that file's text. Errors point at the place. */
export async function readBody(tree: JobTree, node: Node, files: JobFiles): Promise<BodyNode> {
  switch (node.type) {
    case 'null':
      return null;
    case 'boolean':
      return node.value === true;
    case 'number':
      return numberOf(tree, node);
    case 'string':
      return textOf(tree, node);
    case 'array': {
      const items: BodyNode[] = [];
      for (const child of node.children ?? []) items.push(await readBody(tree, child, files));
      return { items };
    }
    case 'object': {
      const members = membersOf(tree, node);
      if (members.some(([key]) => key === '$file')) return fileText(tree, node, files);
      const entries: [string, BodyNode][] = [];
      for (const [key, value] of members) entries.push([key, await readBody(tree, value, files)]);
      return { entries };
    }
    case 'property':
      throw tree.errorAt(node, 'a value is missing here.');
  }
}
