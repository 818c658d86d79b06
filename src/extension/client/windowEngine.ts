import * as vscode from 'vscode';
import type { EngineEvents } from '../../protocol/engineProtocol.ts';
import type { AskPerson } from '../askPerson.ts';
import type { Log } from '../log.ts';
import type { SecretKeys } from '../secretKeys.ts';
import { NETWORK_SETTINGS, readEngineSettings, readNetworkSettings, SETTINGS } from '../settings.ts';
import type { Slices } from '../slices.ts';
import { openEngineClient, type EngineClient } from './engineClient.ts';
import { engineStart, type EngineStart } from './engineEnvironment.ts';
import { launchEngine, type LaunchDeps } from './launchEngine.ts';

export interface WindowEngineDeps {
  readonly extensionUri: vscode.Uri;
  readonly keys: SecretKeys;
  readonly log: Log;
  readonly ask: AskPerson;
  readonly loadConnect: LaunchDeps['loadConnect'];
  readonly slices: Slices;
}

/** Only what the person has set for this machine counts, whatever a workspace says. */
function readSetting(key: string): unknown {
  const found = vscode.workspace.getConfiguration().inspect(key);
  return found?.globalValue ?? found?.defaultValue;
}

function startOfEngine(log: Log): EngineStart {
  const start = engineStart(process.env, readNetworkSettings(readSetting), (flag) =>
    process.allowedNodeEnvironmentFlags.has(flag),
  );
  if (start.note !== null) log.warn(start.note);
  return start;
}

/** The engine with this window's settings, keys and log. */
export function openWindowEngine({
  extensionUri,
  keys,
  log,
  ask,
  loadConnect,
  slices,
}: WindowEngineDeps): EngineClient {
  const engine = openEngineClient({
    launch: () =>
      launchEngine({
        enginePath: vscode.Uri.joinPath(extensionUri, 'dist', 'engine.mjs').fsPath,
        start: () => startOfEngine(log),
        loadConnect,
        onLine: (line) => log.warn(`engine: ${line}`),
        onUnexpected: (method, error) => log.error(`${method}: ${String(error)}`),
      }),
    settings: async () => ({ ...readEngineSettings(readSetting), apiKeys: await keys.all() }),
    nowMs: () => performance.now(),
    later: (work, delayMs) => {
      const timer = setTimeout(work, delayMs);
      return { dispose: () => clearTimeout(timer) };
    },
    log: (level, message) => log[level](message),
    measure: slices.measure,
  });
  let wasTold = false;
  const tellStopped = async (): Promise<void> => {
    if (wasTold) return;
    wasTold = true;
    const message = 'The engine of Tranche stopped several times in a row. The log tells what it said last.';
    if ((await ask.tell('error', message, ['Show Log'])) === 'Show Log') log.show();
  };
  const say = ({ level, message }: EngineEvents['log']): void => log[level](message);
  const owned = [
    engine.on('log', say),
    engine.onStarted(() => {
      wasTold = false;
    }),
    engine.onEnded((willRestart) => {
      if (!willRestart) void tellStopped();
    }),
    keys.onChange(() => void engine.configure()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (Object.values(SETTINGS).some((key) => change.affectsConfiguration(key))) void engine.configure();
      if (Object.values(NETWORK_SETTINGS).some((key) => change.affectsConfiguration(key))) engine.restart();
    }),
  ];
  return {
    ...engine,
    dispose: () => {
      for (const one of owned) one.dispose();
      engine.dispose();
    },
  };
}
