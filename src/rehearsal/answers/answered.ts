import type { JsonObject } from '../json.ts';

/** How a row's answer is spoilt on purpose. */
export type Spoil = 'none' | 'refused' | 'length' | 'invalid';

/** What an endpoint makes of a body it accepts. */
export interface Answered {
  readonly body: JsonObject;
  readonly inputTokens: number;
  readonly outputTokens: number;
}
