/** Browsers cap an element's height near 2^25 px, and scroll positions are coarse long before; above this, scrolling is proportional. */
const MOST_PX = 4_000_000;
/** Rows drawn above and below those in sight. */
const MARGIN_ROWS = 4;
/** Height taken while the page is not laid out yet. */
const UNKNOWN_PX = 560;
const REST_MS = 200;

export interface WindowOptions {
  readonly rowPx: number;
  readonly headPx: number;
  readonly onMove: () => void;
  /** Scrolling came to rest `topPx` below the first row. */
  readonly onRest: (topPx: number) => void;
}

/** Which rows are in sight. */
export interface Sight {
  readonly first: number;
  readonly last: number;
  /** Height of the element that holds all rows. */
  readonly bodyPx: number;
  readonly topOf: (index: number) => number;
}

/** The part of many rows that a scrolling element shows. */
export interface RowWindow {
  readonly sight: (count: number) => Sight;
  readonly moveTo: (topPx: number, count: number) => void;
  readonly reveal: (index: number, count: number) => void;
  readonly pageRows: () => number;
}

export function createWindow(element: HTMLElement, { rowPx, headPx, onMove, onRest }: WindowOptions): RowWindow {
  /** Exact place in all rows; the scroll bar knows it only roughly when there are very many. */
  let topPx = 0;
  /** Where the scroll bar really stands for `topPx`: a browser rounds. */
  let barPx = 0;
  let lastCount = 0;
  let restTimer: ReturnType<typeof setTimeout> | undefined;
  const sightPx = (): number => (element.clientHeight > 0 ? element.clientHeight : UNKNOWN_PX) - headPx;
  const mostTop = (count: number): number => Math.max(0, count * rowPx - sightPx());
  const bodyPx = (count: number): number => Math.min(MOST_PX, count * rowPx);
  const mostBar = (count: number): number => Math.max(0, bodyPx(count) - sightPx());
  const scale = (count: number): number => (mostBar(count) > 0 ? mostTop(count) / mostBar(count) : 1);

  const rest = (): void => {
    clearTimeout(restTimer);
    restTimer = setTimeout(() => onRest(Math.round(topPx)), REST_MS);
  };
  const moveTo = (target: number, count: number): void => {
    topPx = Math.max(0, Math.min(mostTop(count), target));
    element.scrollTop = topPx / scale(count);
    barPx = element.scrollTop;
    onMove();
    rest();
  };
  element.addEventListener('scroll', () => {
    if (element.scrollTop === barPx) return; // our own move: the exact place stays
    barPx = element.scrollTop;
    topPx = barPx * scale(lastCount);
    onMove();
    rest();
  });
  let seenPx = 0;
  new ResizeObserver(() => {
    if (element.clientHeight === seenPx) return;
    seenPx = element.clientHeight;
    onMove();
  }).observe(element);

  return {
    sight: (count) => {
      lastCount = count;
      topPx = Math.min(topPx, mostTop(count));
      barPx = Math.min(barPx, mostBar(count));
      const first = Math.max(0, Math.floor(topPx / rowPx) - MARGIN_ROWS);
      const last = Math.min(count, Math.ceil((topPx + sightPx()) / rowPx) + MARGIN_ROWS);
      return { first, last, bodyPx: bodyPx(count), topOf: (index) => index * rowPx + barPx - topPx };
    },
    moveTo,
    reveal: (index, count) => {
      const rowTop = index * rowPx;
      if (rowTop < topPx) moveTo(rowTop, count);
      else if (rowTop + rowPx > topPx + sightPx()) moveTo(rowTop + rowPx - sightPx(), count);
    },
    pageRows: () => Math.max(1, Math.floor(sightPx() / rowPx) - 1),
  };
}
