import { createView } from '../ui/createView.ts';
import { h, type VNode } from '../ui/h.ts';
import type { Plan } from '../ui/shapes.ts';
import { CHART_PX, chunkDrawing, drawingOf, type Drawing } from './chunkDrawing.ts';
import { chunkText } from './chunkText.ts';
import { PLAN } from './strings.ts';

export interface ChunkBarsProps {
  readonly plan: Plan;
  /** Position of the selected chunk. */
  readonly selected: number | null;
}

/** The chunks of a plan as bars against the cap, with a cursor that arrow keys move. */
export interface ChunkBars {
  readonly element: HTMLElement;
  readonly update: (props: ChunkBarsProps) => void;
}

/** Where a key takes the cursor; null for keys that mean nothing here. */
function targetOf(key: string, at: number | null, count: number): number | null {
  const from = at ?? -1;
  const targets: Readonly<Record<string, number>> = {
    ArrowRight: from + 1,
    ArrowUp: from + 1,
    ArrowLeft: from - 1,
    ArrowDown: from - 1,
    PageUp: from + 10,
    PageDown: from - 10,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  return target === undefined ? null : Math.max(0, Math.min(count - 1, target));
}

function keyTarget(event: Event, { plan, selected }: ChunkBarsProps): number | null {
  if (!(event instanceof KeyboardEvent) || event.ctrlKey || event.metaKey || event.altKey) return null;
  const target = targetOf(event.key, selected, plan.chunks.length);
  if (target !== null) event.preventDefault();
  return target;
}

function positionAt(event: Event, { layout }: Drawing): number | null {
  if (!(event instanceof MouseEvent) || !(event.currentTarget instanceof Element)) return null;
  const leftPx = event.clientX - event.currentTarget.getBoundingClientRect().left;
  return layout.columns[Math.floor(leftPx / layout.slotPx)]?.from ?? null;
}

function sliderOf({ plan, selected }: ChunkBarsProps, on: Readonly<Record<string, (event: Event) => void>>): VNode {
  const chunk = plan.chunks[selected ?? -1];
  const attributes = {
    key: 'slider',
    class: 'slider',
    role: 'slider',
    tabindex: 0,
    'aria-label': PLAN.chart.slider,
    'aria-keyshortcuts': 'Enter',
    'aria-valuemin': 1,
    'aria-valuemax': plan.chunks.length,
    'aria-valuenow': (selected ?? 0) + 1,
    'aria-valuetext': chunk === undefined ? PLAN.chart.none : chunkText(chunk, plan.limits),
    style: { height: `${CHART_PX + 2}px` },
    on,
  };
  return h('div', attributes);
}

function readout({ chunks, limits }: Plan, at: number | null, { layout }: Drawing): VNode {
  const chunk = chunks[at ?? -1];
  const hint = layout.each > 1 ? `${PLAN.chart.joined(layout.each)} ${PLAN.chart.hint}` : PLAN.chart.hint;
  const text = chunk === undefined ? hint : chunkText(chunk, limits);
  return h('p', { key: 'readout', class: 'readout dim', 'aria-hidden': 'true' }, text);
}

/** What a person does to the bars; both get the position of a chunk in the plan. */
export interface ChunkBarsEvents {
  readonly onSelect: (position: number) => void;
  /** Enter on the selected one, or a double click. */
  readonly onOpen: (position: number) => void;
}

const isEnter = (event: Event): boolean => event instanceof KeyboardEvent && event.key === 'Enter' && !event.repeat;

/** Makes the bars of a plan. */
export function createChunkBars({ onSelect, onOpen }: ChunkBarsEvents): ChunkBars {
  const element = document.createElement('div');
  element.className = 'chunk-bars';
  const view = createView(element);
  let props: ChunkBarsProps | null = null;
  let drawing: Drawing | null = null;
  let hovered: number | null = null;

  const hover = (position: number | null): void => {
    if (position === hovered) return;
    hovered = position;
    draw();
  };
  const select = (position: number | null): void => {
    if (position !== null) onSelect(position);
  };
  const open = (position: number | null): void => {
    if (position !== null) onOpen(position);
  };
  const on = {
    keydown: (event: Event) => {
      if (isEnter(event)) open(props?.selected ?? null);
      else select(props === null ? null : keyTarget(event, props));
    },
    click: (event: Event) => select(drawing === null ? null : positionAt(event, drawing)),
    dblclick: (event: Event) => open(drawing === null ? null : positionAt(event, drawing)),
    pointermove: (event: Event) => hover(drawing === null ? null : positionAt(event, drawing)),
    pointerleave: () => hover(null),
  };
  const draw = (): void => {
    const widthPx = element.clientWidth;
    if (props === null || widthPx === 0) return;
    const { plan, selected } = props;
    if (drawing?.plan !== plan || drawing.widthPx !== widthPx) drawing = drawingOf(plan, widthPx);
    view(chunkDrawing(drawing, hovered, selected), sliderOf(props, on), readout(plan, hovered ?? selected, drawing));
  };
  new ResizeObserver(() => {
    if (drawing?.widthPx !== element.clientWidth) draw();
  }).observe(element);
  return {
    element,
    update: (next) => {
      props = next;
      draw();
    },
  };
}
