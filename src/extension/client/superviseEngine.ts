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
async function startEngine(
  deps: SupervisorDeps,
  onExit: (link: EngineLink, words: string) => void,
): Promise<EngineLink> {
  const link = await deps.launch();
  void link.exited.then((words) => onExit(link, words));
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

interface Supervision {
  readonly exitsMs: number[];
  current: Promise<EngineLink> | null;
  running: EngineLink | null;
  /** The engine that another takes the place of once it has ended. */
  leaving: EngineLink | null;
  /** The engine that is just starting is to be followed by another at once. */
  isOutdated: boolean;
  restart: Disposable | null;
  /** The window wants no engine any more. */
  isOver: boolean;
}

const NOTHING_YET: Omit<Supervision, 'exitsMs'> = {
  current: null,
  running: null,
  leaving: null,
  isOutdated: false,
  restart: null,
  isOver: false,
};

/** Notes an exit; how long to wait then, null where it died too often. */
function delayAfterExit(exitsMs: number[], nowMs: number): number | null {
  exitsMs.splice(0, exitsMs.length, ...exitsMs.slice(1 - MAX_KEPT_EXITS), nowMs);
  return restartDelayMs(exitsMs, nowMs);
}

function windowCloses(): Sentence {
  return new Sentence('cancelled', 'The window is closing.');
}

export function superviseEngine(deps: SupervisorDeps): EngineSupervisor {
  const now: Supervision = { ...NOTHING_YET, exitsMs: [] };
  const started = new Listeners<null>();
  const ended = new Listeners<boolean>();
  const again = (): void => void ensure().catch(() => undefined); // its end is told and logged

  const onExit = (link: EngineLink, words: string): void => {
    if (link === now.leaving) return; // whoever let it go waits for this
    now.running = null;
    now.current = null;
    now.isOutdated = false;
    if (now.isOver) return;
    const delayMs = delayAfterExit(now.exitsMs, deps.nowMs());
    deps.log('error', `The engine stopped unexpectedly (${words}).`);
    now.restart?.dispose();
    now.restart = delayMs === null ? null : deps.later(again, delayMs);
    ended.tell(delayMs !== null);
  };

  const start = async (): Promise<EngineLink> => {
    try {
      const link = await startEngine(deps, onExit);
      if (now.isOver) link.release();
      else if (now.isOutdated) return await replace(link);
      now.running = link;
      setImmediate(() => started.tell(null)); // whoever asked is answered first
      return link;
    } catch (error) {
      now.current = null;
      deps.log('error', failureOf(error).message);
      throw error;
    }
  };

  /** Lets an engine go and starts the next; whoever asks meanwhile waits for that one. */
  const replace = (link: EngineLink): Promise<EngineLink> => {
    now.isOutdated = false;
    now.leaving = link;
    now.running = null;
    const next = link.exited.then(() => {
      now.leaving = null;
      if (now.isOver) throw windowCloses();
      ended.tell(true);
      return start();
    });
    next.catch(() => undefined); // told to whoever waits for it, and logged
    now.current = next;
    link.release();
    return next;
  };

  const ensure = (): Promise<EngineLink> => {
    if (now.isOver) return Promise.reject(windowCloses());
    now.restart?.dispose();
    now.restart = null;
    now.current ??= start();
    return now.current;
  };

  return {
    ensure,
    running: () => now.running,
    restart: () => {
      if (now.running !== null) void replace(now.running);
      else if (now.current !== null && now.leaving === null) now.isOutdated = true;
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
