type Handler = (event: Event) => void;

export interface Props {
  /** Tells siblings apart; without one, the nth of its tag is the nth of its tag. */
  readonly key?: string;
  /** Set through the CSSOM: `style` attributes are not allowed by the page's policy. */
  readonly style?: Readonly<Record<string, string>>;
  readonly on?: Readonly<Record<string, Handler>>;
  /** An attribute; true is an empty one, false and null none. */
  readonly [attribute: string]: unknown;
}

export interface VNode {
  readonly tag: string;
  readonly props: Props;
  readonly children: readonly Leaf[];
}

/** A described element, a text, or an element that someone else keeps. */
export type Leaf = VNode | string | Node;
export type Child = Leaf | number | null | undefined | false | readonly Child[];

export function flatten(children: readonly Child[]): Leaf[] {
  return children.flatMap((child): Leaf[] => {
    if (child === null || child === undefined || child === false || child === '') return [];
    if (Array.isArray(child)) return flatten(child as readonly Child[]);
    return [typeof child === 'number' ? String(child) : (child as Leaf)];
  });
}

/** Describes an element; `createView` makes and keeps it. */
export function h(tag: string, props: Props, ...children: Child[]): VNode {
  return { tag, props, children: flatten(children) };
}
