import type { EngineSettings } from '../../protocol/engineProtocol.ts';
import { failureOf, isGone, Sentence } from '../failures.ts';
import { Listeners, type Disposable } from '../listeners.ts';
import type { EngineLink } from './launchEngine.ts';
import { restartDelayMs } from './restartPolicy.ts';

const MAX_KEPT_EXITS = 20;

export interface SupervisorDeps {
  readonly launch: () => Promise<EngineLink>;
  readonly settings: () => Promise<EngineSettings>;
  readonly nowMs: () => number;
  readonly later: (work: () => void, delayMs: number) => Disposable;
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void;
  /** Listens to a new engine, before it says anything. */
  readonly attach: (link: EngineLink) => void;
}

/** Keeps one engine alive from the first time it is wanted on. */
export interface EngineSupervisor {
  /** The engine that runs, configured; one is started where none does. */
  readonly ensure: () => Promise<EngineLink>;
  readonly running: () => EngineLink | null;
  readonly restart: () => void;
  readonly started: Listeners<null>;
  /** True where it starts again by itself. */
  readonly ended: Listeners<boolean>;
  readonly dispose: () => void;
}

/** Settings reach the engine before anything is asked of it. */
async function startEngine(deps: SupervisorDeps, onExit: (words: string) => void): Promise<EngineLink> {
  const link = await deps.launch();
  void link.exited.then(onExit);
  deps.attach(link);
  link.connection.listen();
  try {
    const { version } = await link.connection.call('engine/configure', await deps.settings());
    deps.log('info', `Engine ${version} started (process ${link.pid ?? 'unknown'}).`);
    return link;
  } catch (error) {
    link.release();
    if (!isGone(error)) throw error;
    const message = `The Tranche engine could not start (${await link.exited}); the log tells more.`;
    throw new Sentence('internal', message, true);
  }
}

/** `isOver`: the window wants no engine any more. */
interface Supervision {
  readonly exitsMs: number[];
  current: Promise<EngineLink> | null;
  running: EngineLink | null;
  restart: Disposable | null;
  isOver: boolean;
  isRestarting: boolean;
}

export function superviseEngine(deps: SupervisorDeps): EngineSupervisor {
  const now: Supervision = {
    exitsMs: [],
    current: null,
    running: null,
    restart: null,
    isOver: false,
    isRestarting: false,
  };
  const started = new Listeners<null>();
  const ended = new Listeners<boolean>();
  const again = (): void => void ensure().catch(() => undefined); // its end is told and logged

  const onExit = (words: string): void => {
    now.running = null;
    now.current = null;
    if (now.isOver) return;
    if (now.isRestarting) {
      now.isRestarting = false;
      return again();
    }
    const nowMs = deps.nowMs();
    now.exitsMs.splice(0, now.exitsMs.length, ...now.exitsMs.slice(1 - MAX_KEPT_EXITS), nowMs);
    const delayMs = restartDelayMs(now.exitsMs, nowMs);
    deps.log('error', `The engine stopped unexpectedly (${words}).`);
    now.restart?.dispose();
    now.restart = delayMs === null ? null : deps.later(again, delayMs);
    ended.tell(delayMs !== null);
  };

  const start = async (): Promise<EngineLink> => {
    try {
      const link = await startEngine(deps, onExit);
      if (now.isOver) link.release();
      now.running = link;
      setImmediate(() => started.tell(null)); // whoever asked is answered first
      return link;
    } catch (error) {
      now.current = null;
      deps.log('error', failureOf(error).message);
      throw error;
    }
  };

  const ensure = (): Promise<EngineLink> => {
    if (now.isOver) return Promise.reject(new Sentence('cancelled', 'The window is closing.'));
    now.restart?.dispose();
    now.restart = null;
    now.current ??= start();
    return now.current;
  };

  return {
    ensure,
    running: () => now.running,
    restart: () => {
      if (now.running === null || now.isRestarting) return;
      now.isRestarting = true;
      now.running.release();
    },
    started,
    ended,
    dispose: () => {
      now.isOver = true;
      now.restart?.dispose();
      now.running?.release();
    },
  };
}
