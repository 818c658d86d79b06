import { createMessageConnection, type Message, type MessageReader, type MessageWriter } from 'vscode-jsonrpc/browser';
import type { PageAction, PageEvents, PageRequests, PageState } from '../../src/protocol/pageProtocol.ts';
import { openTypedConnection } from '../../src/protocol/typedConnection.ts';
import { isCancelled, wireErrorOf } from '../../src/protocol/wireFailure.ts';
import { SHARED } from './strings.ts';

interface PageWire {
  readonly calls: PageRequests;
  readonly hears: PageEvents;
  readonly answers: object;
  readonly tells: object;
}

/** What VS Code gives a page. */
interface EditorApi {
  readonly postMessage: (message: unknown) => void;
  readonly getState: () => unknown;
  readonly setState: (state: unknown) => void;
}

declare const acquireVsCodeApi: () => EditorApi;

/** A page's way to its host, and what outlives the page. */
export interface PageHost {
  readonly act: (action: PageAction) => void;
  /** What was kept by `keepView` before the page was hidden or reloaded; anything may be in it. */
  readonly keptView: unknown;
  readonly keepView: (view: object) => void;
}

export interface PageListeners {
  readonly onState: (state: PageState) => void;
  /** The host did not do or answer what the page asked: its sentence. */
  readonly onFailure: (message: string) => void;
}

const nothing = () => ({ dispose: () => undefined });

const isRpc = (data: unknown): data is Message => typeof data === 'object' && data !== null && 'jsonrpc' in data;

function readerOf(): MessageReader {
  let stop = (): void => undefined;
  return {
    onError: nothing,
    onClose: nothing,
    onPartialMessage: nothing,
    listen: (callback) => {
      const heard = ({ data }: MessageEvent<unknown>): void => {
        if (isRpc(data)) callback(data);
      };
      window.addEventListener('message', heard);
      stop = () => window.removeEventListener('message', heard);
      return { dispose: stop };
    },
    dispose: () => stop(),
  };
}

function writerOf(editor: EditorApi): MessageWriter {
  return {
    onError: nothing,
    onClose: nothing,
    write: async (message) => editor.postMessage(message),
    end: () => undefined,
    dispose: () => undefined,
  };
}

/** What the host wrote into the page for itself: it must be in the kept state, since that is all a restored panel gets. */
function restoredOf(root: HTMLElement): object {
  const text = root.dataset['restore'];
  const value: unknown = text === undefined ? {} : JSON.parse(text);
  return typeof value === 'object' && value !== null ? value : {};
}

/** Shows the newest state as long as the page lives: asks once, then listens, and asks again when a state was lost. */
export function openPageHost(root: HTMLElement, { onState, onFailure }: PageListeners): PageHost {
  const editor = acquireVsCodeApi();
  const connection = createMessageConnection(readerOf(), writerOf(editor));
  const wire = openTypedConnection<PageWire>(connection, { other: SHARED.editor });
  let seen = -1;
  let isAsking = false;
  const ask = async (): Promise<void> => {
    if (isAsking) return;
    isAsking = true;
    try {
      const { seq, state } = await wire.call('ready', {});
      if (seq < seen) return;
      seen = seq;
      onState(state);
    } catch (error) {
      onFailure(wireErrorOf(error).message);
    } finally {
      isAsking = false;
    }
  };
  wire.on('state', ({ seq, state }) => {
    if (seq <= seen) return;
    const isNext = seq === seen + 1;
    seen = seq;
    onState(state);
    if (!isNext) void ask();
  });
  wire.listen();
  const kept = editor.getState();
  const restored = restoredOf(root);
  const keepView = (view: object): void => editor.setState({ ...restored, view });
  void ask();
  return {
    act: (action) => {
      wire.call('act', action).catch((error: unknown) => {
        if (!isCancelled(error)) onFailure(wireErrorOf(error).message);
      });
    },
    keptView: typeof kept === 'object' && kept !== null && 'view' in kept ? kept.view : null,
    keepView,
  };
}
