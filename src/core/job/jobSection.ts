import type { Node } from 'jsonc-parser';
import type { JobTree } from './jobSource.ts';
import { meantWords, nearestWord } from '../nearest.ts';
import { parseSize } from './parseSize.ts';

/** One object of the job file with its keys checked; the readers return undefined where the key is absent and throw `badJob` where its value is wrong. */
export interface JobSection {
  readonly node: (key: string) => Node | undefined;
  /** The value's node; absent is an error at the section itself. */
  readonly needed: (key: string, what: string) => Node;
  readonly text: (key: string) => string | undefined;
  /** A whole number above 0. */
  readonly count: (key: string) => number | undefined;
  /** Bytes, above 0. */
  readonly size: (key: string) => number | undefined;
  /** US dollars, above 0 unless 0 is allowed. */
  readonly amount: (key: string, zero?: 'or 0') => number | undefined;
  readonly choice: <T extends string>(key: string, known: readonly T[]) => T | undefined;
  /** A list of texts, none twice. */
  readonly texts: (key: string, what: string) => string[] | undefined;
}

/** What a value is, for sentences: `a number`, `a list`, `null`. */
export function kindOf(node: Node): string {
  if (node.type === 'null') return 'null';
  if (node.type === 'boolean') return String(node.value);
  return { string: 'a text', number: 'a number', object: 'an object', array: 'a list', property: 'a key' }[node.type];
}

/** The text of a string node; half a surrogate pair cannot be written as UTF-8 and is refused. */
export function textOf(tree: JobTree, node: Node): string {
  const text = String(node.value);
  if (/\p{Surrogate}/u.test(text))
    throw tree.errorAt(node, 'this text holds half of a surrogate pair, which UTF-8 cannot write.');
  return text;
}

function unknownKey(tree: JobTree, key: string, path: string, known: readonly string[]): string {
  const start = `unknown key ${JSON.stringify(path === '' ? key : `${path}.${key}`)}`;
  const meant = tree.words.explainKey(key, nearestWord(key, known));
  return `${start}: ${meant ?? meantWords(key, known)}`;
}

/** The members of an object in the order of the file. A key that stands twice is an error. */
export function membersOf(tree: JobTree, node: Node): [key: string, value: Node, keyNode: Node][] {
  const seen = new Set<string>();
  return (node.children ?? []).map((property) => {
    const [keyNode, value] = property.children ?? [];
    if (keyNode === undefined || value === undefined) throw tree.errorAt(property, 'a value is missing here.');
    const key = textOf(tree, keyNode);
    if (seen.has(key))
      throw tree.errorAt(keyNode, `the key ${JSON.stringify(key)} stands here a second time; keep one.`);
    seen.add(key);
    return [key, value, keyNode];
  });
}

function textsOf(tree: JobTree, node: Node, name: string, what: string): string[] {
  const items = node.type === 'array' ? (node.children ?? []) : null;
  if (items === null) throw tree.errorAt(node, `"${name}" must be a list of ${what}, not ${kindOf(node)}.`);
  const seen = new Set<string>();
  for (const item of items) {
    if (item.type !== 'string') throw tree.errorAt(item, `"${name}" must list ${what}, not ${kindOf(item)}.`);
    const text = textOf(tree, item);
    if (seen.has(text))
      throw tree.errorAt(item, `${JSON.stringify(text)} stands in "${name}" a second time; keep one.`);
    seen.add(text);
  }
  return [...seen];
}

/** Opens an object of the file (`path` is its dotted name, empty at the top): every key must be one of `known`. An absent section is empty. */
export function openSection(tree: JobTree, node: Node | undefined, path: string, known: readonly string[]): JobSection {
  const title = path === '' ? tree.words.title : `"${path}"`;
  if (node !== undefined && node.type !== 'object')
    throw tree.errorAt(node, `${title} must be an object, not ${kindOf(node)}.`);
  const members = new Map<string, Node>();
  for (const [key, value, keyNode] of node === undefined ? [] : membersOf(tree, node)) {
    if (!known.includes(key)) throw tree.errorAt(keyNode, unknownKey(tree, key, path, known));
    members.set(key, value);
  }
  const full = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const value = <T>(key: string, what: string, read: (node: Node) => T | null): T | undefined => {
    const member = members.get(key);
    if (member === undefined) return undefined;
    const result = read(member);
    if (result !== null) return result;
    const found =
      member.type === 'string' || member.type === 'number'
        ? tree.text.slice(member.offset, member.offset + Math.min(member.length, 60))
        : kindOf(member);
    throw tree.errorAt(member, `"${full(key)}" must be ${what}, not ${found}.`);
  };
  const above = (test: (number: number) => boolean) => (member: Node) => {
    const number: unknown = member.value;
    return typeof number === 'number' && test(number) && number > 0 ? number : null;
  };
  return {
    node: (key) => members.get(key),
    needed: (key, what) => {
      const member = members.get(key);
      if (member === undefined) throw tree.errorAt(node ?? tree.root, `${title} lacks "${key}": ${what}.`);
      return member;
    },
    text: (key) =>
      value(key, 'a text that is not empty', (member) =>
        member.type === 'string' && member.value !== '' ? textOf(tree, member) : null,
      ),
    count: (key) => value(key, 'a whole number above 0', above(Number.isSafeInteger)),
    amount: (key, zero) =>
      value(key, `a number of US dollars above 0${zero === undefined ? '' : ' or 0'}`, (member) =>
        zero !== undefined && member.value === 0 ? 0 : above(Number.isFinite)(member),
      ),
    size: (key) =>
      value(key, 'a size such as "90MB", "64MiB" or a whole number of bytes', (member) =>
        member.type === 'string' ? parseSize(textOf(tree, member)) : above(Number.isSafeInteger)(member),
      ),
    choice: (key, options) => {
      const member = members.get(key);
      if (member === undefined) return undefined;
      const found = options.find((option) => option === member.value);
      if (found !== undefined) return found;
      if (member.type !== 'string')
        throw tree.errorAt(member, `"${full(key)}" must be a text, not ${kindOf(member)}: ${meantWords('', options)}`);
      const word = textOf(tree, member);
      throw tree.errorAt(
        member,
        `${JSON.stringify(word.slice(0, 60))} is no "${full(key)}": ${meantWords(word, options)}`,
      );
    },
    texts: (key, what) => {
      const member = members.get(key);
      return member === undefined ? undefined : textsOf(tree, member, full(key), what);
    },
  };
}
