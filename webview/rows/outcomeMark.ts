import type { RowsPageState } from '../../src/protocol/pageProtocol.ts';
import { h, type Child } from '../ui/h.ts';
import { ROWS } from './strings.ts';

type Counts = NonNullable<NonNullable<RowsPageState['run']>['counts']>;
type Outcome = Exclude<keyof Counts, 'in'>;

/** A sign for each outcome: colour alone tells nobody anything. */
const SIGNS: Readonly<Record<Outcome, string>> = {
  ok: '✓',
  failed: '✕',
  refused: '⊘',
  truncated: '✂',
  invalid: '≠',
  expired: '◷',
  missing: '?',
  quarantined: '▲',
};
const BAD: readonly string[] = ['failed', 'refused', 'invalid', 'missing', 'expired'];

const isOutcome = (text: string): text is Outcome => Object.hasOwn(SIGNS, text);

/** How a row ended: a sign and the word. */
export function outcomeMark(status: string): Child {
  if (!isOutcome(status)) return status;
  const kind = status === 'ok' ? 'ok' : BAD.includes(status) ? 'bad' : 'odd';
  return h(
    'span',
    { class: `outcome ${kind}` },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, SIGNS[status]),
    ROWS.outcomes[status],
  );
}

/** All outcomes in their order. */
export const OUTCOMES = Object.keys(SIGNS) as readonly Outcome[];
