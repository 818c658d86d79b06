import { flatten, type Child, type Leaf, type Props, type VNode } from './h.ts';

interface Mounted {
  leaf: Leaf;
  readonly node: Node;
  children: Map<string, Mounted>;
}

const SVG = 'http://www.w3.org/2000/svg';
const OWN = new Set(['key', 'style', 'on']);

const isVNode = (leaf: Leaf): leaf is VNode => typeof leaf === 'object' && 'tag' in leaf && 'props' in leaf;

function kindOf(leaf: Leaf): string {
  if (typeof leaf === 'string') return '#text';
  return isVNode(leaf) ? leaf.tag : '#node';
}

function setAttribute(element: Element, name: string, value: unknown): void {
  if (value === true) element.setAttribute(name, '');
  else if (typeof value === 'string' || typeof value === 'number') element.setAttribute(name, String(value));
  else element.removeAttribute(name);
}

function setStyles(element: Element, before: Props['style'], after: Props['style']): void {
  const { style } = element as HTMLElement | SVGElement;
  for (const name of Object.keys(before ?? {})) if (after?.[name] === undefined) style.removeProperty(name);
  for (const [name, value] of Object.entries(after ?? {})) if (before?.[name] !== value) style.setProperty(name, value);
}

/** One listener an event and element for good; it calls what the newest description says. */
function listen(mounted: Mounted, element: Element, before: Props['on'], after: Props['on']): void {
  for (const name of Object.keys(after ?? {})) {
    if (before?.[name] !== undefined) continue;
    element.addEventListener(name, (event) => {
      if (isVNode(mounted.leaf)) mounted.leaf.props.on?.[name]?.(event);
    });
  }
}

function setProps(mounted: Mounted, element: Element, before: Props, after: Props): void {
  for (const name of Object.keys(before))
    if (!OWN.has(name) && after[name] === undefined) element.removeAttribute(name);
  for (const [name, value] of Object.entries(after))
    if (!OWN.has(name) && before[name] !== value) setAttribute(element, name, value);
  setStyles(element, before.style, after.style);
  listen(mounted, element, before.on, after.on);
}

function mount(leaf: Leaf, inSvg: boolean): Mounted {
  if (typeof leaf === 'string') return { leaf, node: document.createTextNode(leaf), children: new Map() };
  if (!isVNode(leaf)) return { leaf, node: leaf, children: new Map() };
  const svg = inSvg || leaf.tag === 'svg';
  const element = svg ? document.createElementNS(SVG, leaf.tag) : document.createElement(leaf.tag);
  const mounted: Mounted = { leaf, node: element, children: new Map() };
  setProps(mounted, element, {}, leaf.props);
  mounted.children = reconcile(element, new Map(), leaf.children, svg);
  return mounted;
}

function change(mounted: Mounted, leaf: Leaf, inSvg: boolean): void {
  const before = mounted.leaf;
  mounted.leaf = leaf;
  if (before === leaf || !isVNode(leaf)) {
    if (typeof leaf === 'string' && before !== leaf) mounted.node.nodeValue = leaf;
    return;
  }
  const element = mounted.node as Element;
  setProps(mounted, element, isVNode(before) ? before.props : {}, leaf.props);
  mounted.children = reconcile(element, mounted.children, leaf.children, inSvg || leaf.tag === 'svg');
}

function keysOf(leaves: readonly Leaf[]): string[] {
  const counts = new Map<string, number>();
  return leaves.map((leaf) => {
    const kind = kindOf(leaf);
    if (isVNode(leaf) && leaf.props.key !== undefined) return `${kind} ${leaf.props.key}`;
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return `${kind}#${count}`;
  });
}

function fits(mounted: Mounted | undefined, leaf: Leaf): mounted is Mounted {
  if (mounted === undefined) return false;
  return typeof leaf === 'string' || isVNode(leaf) || mounted.node === leaf;
}

/** What stays is neither moved nor made anew, so that focus, scroll positions and selected text stay too. */
function reconcile(
  parent: Element,
  before: ReadonlyMap<string, Mounted>,
  leaves: readonly Leaf[],
  inSvg: boolean,
): Map<string, Mounted> {
  const after = new Map<string, Mounted>();
  const keys = keysOf(leaves);
  leaves.forEach((leaf, index) => {
    const key = keys[index] ?? '';
    const kept = before.get(key);
    if (!fits(kept, leaf)) after.set(key, mount(leaf, inSvg));
    else {
      change(kept, leaf, inSvg);
      after.set(key, kept);
    }
  });
  for (const [key, { node }] of before) if (after.get(key)?.node !== node) parent.removeChild(node);
  let next = parent.firstChild;
  for (const { node } of after.values()) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
  return after;
}

/** Draws into `root`, and at each call changes only what differs from the call before. */
export function createView(root: Element): (...children: Child[]) => void {
  const inSvg = root.namespaceURI === SVG;
  let mounted: ReadonlyMap<string, Mounted> = new Map();
  return (...children) => {
    mounted = reconcile(root, mounted, flatten(children), inSvg);
  };
}
