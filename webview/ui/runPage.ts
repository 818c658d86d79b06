import type { PageAction, PageState } from '../../src/protocol/pageProtocol.ts';
import { progressRing, registerControls } from './controls.ts';
import { createView } from './createView.ts';
import { h, type Child } from './h.ts';
import { keepFocus } from './keepFocus.ts';
import { createLiveRegion } from './liveRegion.ts';
import { messageBar } from './messageBar.ts';
import { openPageHost } from './pageHost.ts';
import { SHARED } from './strings.ts';

/** What a page draws and says; its own state is `View`. */
export interface Page<State, View> {
  readonly draw: (state: State, view: View) => Child;
  /** For screen readers: what the page is at, and how far. */
  readonly said: (state: State) => readonly [state: string, progress: string];
  /** Called once something is drawn: puts back what drawing alone can't. */
  readonly restore: (view: View) => void;
}

export interface PageTools<View> {
  readonly act: (action: PageAction) => void;
  /** Changes the page's own state: it is drawn anew and outlives a reload. */
  readonly keep: (change: Partial<View>) => void;
}

type StateOf<Name> = Extract<PageState, { readonly page: Name }>;

/** Until the host answers. */
function waiting(failure: string | null): Child {
  return failure === null ? h('p', { key: 'waiting', class: 'working' }, progressRing(), SHARED.waiting) : null;
}

/** Holds a page together: newest state of the host, its own state, and what both look like. */
export function runPage<Name extends PageState['page'], View extends { readonly pageTopPx: number }>(
  name: Name,
  readView: (kept: unknown) => View,
  createPage: (tools: PageTools<View>) => Page<StateOf<Name>, View>,
): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('The page has no element "root".');
  registerControls();
  const isOurs = (state: PageState): state is StateOf<Name> => state.page === name;
  const draw = createView(root);
  const live = createLiveRegion();
  let state: StateOf<Name> | null = null;
  let failure: string | null = null;
  let isRestored = false;

  const show = (): void => {
    const failed = failure === null ? null : messageBar({ key: 'host', kind: 'error', text: failure });
    const content = state === null ? waiting(failure) : page.draw(state, view);
    keepFocus(() => draw(live.element, failed, content));
    const [said, progress] = state === null ? ['', ''] : page.said(state);
    live.say(failure ?? said, progress);
    if (state === null) return;
    if (isRestored) return;
    isRestored = true;
    page.restore(view);
    window.scrollTo({ top: view.pageTopPx });
  };
  const host = openPageHost(root, {
    onState: (next) => {
      if (!isOurs(next)) return;
      state = next;
      failure = null;
      show();
    },
    onFailure: (message) => {
      failure = message;
      show();
    },
  });
  let view = readView(host.keptView);
  const keep = (change: Partial<View>): void => {
    view = { ...view, ...change };
    host.keepView(view);
    if (isRestored) show();
  };
  const act = (action: PageAction): void => {
    failure = null;
    show();
    host.act(action);
  };
  const page = createPage({ act, keep });
  host.keepView(view);
  show();
  window.addEventListener('scrollend', () => {
    if (isRestored) keep({ pageTopPx: Math.round(window.scrollY) } as Partial<View>);
  });
}
