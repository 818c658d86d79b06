import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import type { PlanPageState } from '../../../../src/protocol/pageProtocol.ts';
import { openPagePanel } from '../../../../src/extension/pages/pagePanel.ts';
import { openSlices } from '../../../../src/extension/slices.ts';
import { connectPage } from '../../../../src/extension/wire.ts';

vi.mock('vscode', () => ({ Uri: { joinPath: (_uri: unknown, ...parts: string[]) => parts.join('/') } }));

const STATE: PlanPageState = {
  page: 'plan',
  title: 'posts.tranche.json',
  state: 'planned',
  measuredRows: 0,
  planned: null,
  error: null,
  mayRun: true,
  doing: null,
};

/** A panel that fails as the editor's does once it is closed. */
function fakePanel() {
  let isDisposed = false;
  let hear: (message: unknown) => void = () => undefined;
  const onDispose: (() => void)[] = [];
  const posted: unknown[] = [];
  const checkOpen = (): void => {
    if (isDisposed) throw new Error('Webview is disposed');
  };
  const webview = {
    cspSource: 'self',
    html: '',
    options: {},
    asWebviewUri: (uri: unknown) => uri,
    onDidReceiveMessage: (listener: (message: unknown) => void) => {
      hear = listener;
      return { dispose: () => undefined };
    },
    postMessage: async (message: unknown) => {
      checkOpen();
      posted.push(message);
      return true;
    },
  };
  const panel = {
    title: 'posts',
    webview,
    get visible() {
      checkOpen();
      return true;
    },
    onDidDispose: (listener: () => void) => void onDispose.push(listener),
  };
  return {
    panel: panel as unknown as vscode.WebviewPanel,
    posted,
    hear: (message: unknown) => hear(message),
    close: () => {
      isDisposed = true;
      for (const listener of onDispose) listener();
    },
  };
}

function setUp(act: () => Promise<void>) {
  const fake = fakePanel();
  const page = openPagePanel(
    {
      extensionUri: '/extension' as unknown as vscode.Uri,
      connectPage,
      slices: openSlices(
        () => 0,
        () => undefined,
      ),
      onUnexpected: () => undefined,
    },
    { panel: fake.panel, name: 'plan', restore: {}, state: STATE, act },
  );
  return { ...fake, page };
}

const act = (id: number) => ({ jsonrpc: '2.0', id, method: 'act', params: { do: 'run' } });
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('a page that is closed', () => {
  const failures: unknown[] = [];
  const onFailure = (error: unknown): void => void failures.push(error);
  beforeEach(() => {
    failures.length = 0;
    process.on('unhandledRejection', onFailure);
    process.on('uncaughtException', onFailure);
  });
  afterEach(() => {
    process.off('unhandledRejection', onFailure);
    process.off('uncaughtException', onFailure);
  });

  it('takes no harm from what it asked for and what is told to it afterwards', async () => {
    let finish: () => void = () => undefined;
    const { page, hear, close, posted } = setUp(() => new Promise((resolve) => (finish = resolve)));
    hear(act(1));
    await settle();
    close();
    page.update({ doing: null });
    finish();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(failures).toEqual([]);
    expect(posted).toEqual([]);
  });

  it('has heard the end of what it asked for before', async () => {
    const { hear, posted } = setUp(async () => undefined);
    hear(act(1));
    await settle();
    expect(posted).toEqual([{ jsonrpc: '2.0', id: 1, result: null }]);
  });
});
