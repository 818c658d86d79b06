import type { EngineEvents, EngineRequests } from '../../protocol/engineProtocol.ts';
import type { TypedConnection } from '../../protocol/typedConnection.ts';

/** The engine's end of the wire to its editor: it answers and tells, and asks nothing. */
export type EngineConnection = TypedConnection<{
  readonly calls: object;
  readonly hears: object;
  readonly answers: EngineRequests;
  readonly tells: EngineEvents;
}>;

/** Tells the log of the editor. */
export type TellLog = (level: EngineEvents['log']['level'], message: string) => void;
