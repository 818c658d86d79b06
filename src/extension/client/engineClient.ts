import type { EngineEvents } from '../../protocol/engineProtocol.ts';
import type { TypedConnection } from '../../protocol/typedConnection.ts';
import { failureOf, isGone, Sentence } from '../failures.ts';
import { Listeners, type Disposable } from '../listeners.ts';
import type { EngineWire } from '../wire.ts';
import type { EngineLink } from './launchEngine.ts';
import { superviseEngine, type SupervisorDeps } from './superviseEngine.ts';

type EngineEvent = keyof EngineEvents;

/** Asks an engine. */
export type CallEngine = TypedConnection<EngineWire>['call'];

/** The one engine of this window: started when first asked, and again when it dies. */
export interface EngineClient {
  readonly call: CallEngine;
  readonly on: <E extends EngineEvent>(event: E, listener: (payload: EngineEvents[E]) => void) => Disposable;
  /** After each start, once it is configured. */
  readonly onStarted: (listener: () => void) => Disposable;
  /** After each end while the window is open; `willRestart` is false once it died too often. */
  readonly onEnded: (listener: (willRestart: boolean) => void) => Disposable;
  /** Settings or keys changed; resolves once the engine goes by them. Never rejects. */
  readonly configure: () => Promise<void>;
  /** For what only a new process takes: its environment. Runs go on where they were. */
  readonly restart: () => void;
  readonly pid: () => number | null;
  readonly dispose: () => void;
}

export interface EngineClientDeps extends Omit<SupervisorDeps, 'attach'> {
  readonly measure: <T>(name: string, work: () => T) => T;
}

const GONE = 'The Tranche engine stopped while it worked on this. It starts again by itself; please try once more.';

/** The events of every engine of a window, whichever process tells them. */
type EngineListeners = { readonly [E in EngineEvent]: Listeners<EngineEvents[E]> };

function forwardEvents(
  { connection }: EngineLink,
  listeners: EngineListeners,
  measure: EngineClientDeps['measure'],
): void {
  const forward = <E extends EngineEvent>(event: E): void => {
    connection.on(event, (payload) => measure(`engine ${event}`, () => listeners[event].tell(payload)));
  };
  forward('profile/changed');
  forward('plan/changed');
  forward('run/changed');
  forward('run/removed');
  forward('log');
}

export function openEngineClient(deps: EngineClientDeps): EngineClient {
  const events: EngineListeners = {
    'profile/changed': new Listeners(),
    'plan/changed': new Listeners(),
    'run/changed': new Listeners(),
    'run/removed': new Listeners(),
    log: new Listeners(),
  };
  const engine = superviseEngine({ ...deps, attach: (link) => forwardEvents(link, events, deps.measure) });
  let isClosing = false;
  let configured = Promise.resolve();

  const configure = async (): Promise<void> => {
    const link = engine.running();
    if (link === null) return; // the next start asks for them
    try {
      await link.connection.call('engine/configure', await deps.settings());
    } catch (error) {
      deps.log('error', failureOf(error).message);
    }
  };

  return {
    call: async (method, params, signal) => {
      const link = await engine.ensure();
      try {
        return await link.connection.call(method, params, signal);
      } catch (error) {
        throw isGone(error) && !isClosing ? new Sentence('internal', GONE, true) : error;
      }
    },
    on: (event, listener) => events[event].add(listener),
    onStarted: (listener) => engine.started.add(listener),
    onEnded: (listener) => engine.ended.add(listener),
    configure: () => {
      configured = configured.then(configure); // one after the other: the newest settings are told last
      return configured;
    },
    restart: engine.restart,
    pid: () => engine.running()?.pid ?? null,
    dispose: () => {
      isClosing = true;
      engine.dispose();
    },
  };
}
