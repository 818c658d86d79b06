import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { openTypedConnection } from '../protocol/typedConnection.ts';
import { serveEngine, type EngineService } from './serve/serveEngine.ts';
import type { EngineConnection } from './serve/engineConnection.ts';

/** Longer than this a stopping run is not waited for; what it does is safe at every moment. */
const LONGEST_STOP_MS = 4_000;
/** So long the last words to the log may take. */
const LAST_WORDS_MS = 500;

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Ends what is asked of it, and lets go of its runs, those that began meanwhile too. */
async function stop(connection: EngineConnection, service: EngineService): Promise<void> {
  connection.dispose();
  await Promise.all([service.close(), connection.settled()]);
  await service.close();
}

/** Serves the editor that forked this process, and ends with it. */
function main(): void {
  const connection: EngineConnection = openTypedConnection(
    createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process)),
    { other: 'The editor', onUnexpected: (method, error) => service.log('error', `${method}: ${textOf(error)}`) },
  );
  const service: EngineService = serveEngine(connection, process.env);
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(0), LONGEST_STOP_MS).unref();
    stop(connection, service).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  const fail = (error: unknown): void => {
    service.log('error', `The engine met an error it does not know and ends: ${textOf(error)}`);
    setTimeout(() => process.exit(1), LAST_WORDS_MS);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  process.on('disconnect', end);
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, end);
  connection.onClose(end); // also where the other side lives and cannot be spoken to any more
  connection.listen();
}

if (process.send === undefined) {
  process.stderr.write('This is the engine of the Tranche extension, which starts it; the command line is: tranche\n');
  process.exitCode = 2;
} else main();
