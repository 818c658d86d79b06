import { bodyAt } from '../model/body.ts';
import type { BodyNode } from '../model/body.ts';
import type { Endpoint } from '../model/job.ts';

/** What is wrong with a body, and the keys that lead to the place. */
export interface BodyProblem {
  readonly path: readonly (string | number)[];
  readonly sentence: string;
}

interface BodyNeed {
  readonly key: string;
  readonly what: string;
  /** Whether a text may stand there; a list may always. */
  readonly text: boolean;
  /** Another key that does as well. */
  readonly instead?: string;
}

const NEEDS: Readonly<Record<Endpoint, BodyNeed>> = {
  '/v1/chat/completions': {
    key: 'messages',
    what: 'a list of messages, each with a "role" and its "content"',
    text: false,
  },
  '/v1/responses': { key: 'input', what: 'the text or the list of items to answer', text: true, instead: 'prompt' },
  '/v1/embeddings': { key: 'input', what: 'the text or the list of texts to embed', text: true },
  '/v1/completions': { key: 'prompt', what: 'the text or the list of texts to complete', text: true },
  '/v1/moderations': { key: 'input', what: 'the text or the list of texts to judge', text: true },
};

function itemsOf(node: BodyNode): readonly BodyNode[] | null {
  return typeof node === 'object' && node !== null && 'items' in node ? node.items : null;
}

function inputProblem(endpoint: Endpoint, body: BodyNode): BodyProblem | null {
  const { key, what, text, instead } = NEEDS[endpoint];
  const node = bodyAt(body, key);
  if (node === undefined) {
    if (instead !== undefined && bodyAt(body, instead) !== undefined) return null;
    return { path: [], sentence: `the body lacks "${key}": ${endpoint} wants ${what} there.` };
  }
  if (text && typeof node === 'string' && node !== '') return null;
  const items = itemsOf(node);
  if (items !== null && items.length > 0) return null;
  const found = node === '' || items !== null ? 'it is empty' : 'it is something else';
  return { path: [key], sentence: `"${key}" must be ${what}; ${found}.` };
}

function messageProblem(body: BodyNode): BodyProblem | null {
  const messages = itemsOf(bodyAt(body, 'messages') ?? null) ?? [];
  for (const [index, message] of messages.entries()) {
    const role = bodyAt(message, 'role');
    if (typeof role !== 'string' || role === '') {
      return {
        path: ['messages', index],
        sentence: 'a message is an object with a "role", such as "user", and its "content".',
      };
    }
  }
  return null;
}

/** The first thing that would make the service refuse every line, or null. The rest of the body is the service's to check. */
export function bodyProblem(endpoint: Endpoint, body: BodyNode): BodyProblem | null {
  const stream = bodyAt(body, 'stream');
  if (stream !== undefined && stream !== false && stream !== null) {
    return { path: ['stream'], sentence: 'batches cannot stream; leave "stream" out.' };
  }
  return inputProblem(endpoint, body) ?? (endpoint === '/v1/chat/completions' ? messageProblem(body) : null);
}
