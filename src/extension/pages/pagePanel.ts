import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { PageAction, PageState } from '../../protocol/pageProtocol.ts';
import { isCancelled } from '../failures.ts';
import type { Slices } from '../slices.ts';
import type { connectPage } from '../wire.ts';
import { pageHtml } from './pageHtml.ts';

/** Snapshots of a reading follow each other faster than a page needs them. */
const PACE_MS = 150;

export interface PageDeps {
  readonly extensionUri: vscode.Uri;
  readonly connectPage: typeof connectPage;
  readonly slices: Slices;
  readonly onUnexpected: (method: string, error: unknown) => void;
}

export interface PageOptions<State extends PageState> {
  readonly panel: vscode.WebviewPanel;
  readonly name: State['page'];
  readonly restore: object;
  readonly state: State;
  readonly act: (action: PageAction) => Promise<void>;
}

/** A page on show: it draws the state it was last given. */
export interface PagePanel<State extends PageState> {
  readonly panel: vscode.WebviewPanel;
  readonly state: () => State;
  /** Reaches the page soon; states between are left out. */
  readonly update: (change: Partial<State>) => void;
}

export function pageOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  const roots = ['dist/webview', 'media'].map((folder) => vscode.Uri.joinPath(extensionUri, folder));
  return { enableScripts: true, localResourceRoots: roots };
}

function shellOf(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, name: string, restore: object): string {
  const { webview } = panel;
  const local = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview', file)).toString();
  return pageHtml({
    title: panel.title,
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64url'),
    scriptUri: local(`${name}.js`),
    styleUri: local('page.css'),
    restore,
  });
}

/** Puts a page into a panel. It ends with the panel. */
export function openPagePanel<State extends PageState>(
  deps: PageDeps,
  { panel, name, restore, state: first, act }: PageOptions<State>,
): PagePanel<State> {
  const { slices } = deps;
  const { webview } = panel;
  let state = first;
  let seq = 0;
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;

  const page = deps.connectPage(
    {
      post: (message) => {
        if (isClosed) return; // what was asked is answered to nobody
        slices.measure(`${name}.post`, () => webview.postMessage(message)).then(undefined, () => undefined);
      },
      onMessage: (listener) =>
        webview.onDidReceiveMessage((message) => slices.measure(`${name}.message`, () => listener(message))),
    },
    deps.onUnexpected,
  );
  page.answer('ready', () => Promise.resolve({ seq, state }));
  page.answer('act', async (action) => {
    await act(action).catch((error: unknown) => {
      if (!isCancelled(error)) throw error; // a person who stopped it knows
    });
    return null;
  });
  page.listen();

  const send = (): void => {
    timer = null;
    if (!panel.visible) return; // a page that comes back asks for the newest state
    page.tell('state', { seq: ++seq, state });
  };

  panel.onDidDispose(() => {
    isClosed = true;
    if (timer !== null) clearTimeout(timer);
    page.dispose();
  });
  webview.options = pageOptions(deps.extensionUri);
  webview.html = shellOf(panel, deps.extensionUri, name, restore);
  return {
    panel,
    state: () => state,
    update: (change) => {
      state = { ...state, ...change };
      if (!isClosed) timer ??= setTimeout(send, PACE_MS);
    },
  };
}
