import { bodyAt, bodyToJson } from '../model/body.ts';
import type { BodyNode } from '../model/body.ts';
import type { Endpoint } from '../model/job.ts';

/** What of a request's body is input to the model, as far as text tells. */
export interface CountedTexts {
  /** Each text is counted by itself; placeholders are still in and are to be filled first. */
  readonly texts: readonly string[];
  /** Tokens that frame every request besides its texts. */
  readonly framingTokens: number;
  /** Kinds of input whose tokens text does not tell, such as `image_url`. */
  readonly uncounted: readonly string[];
}

/**
 * A message costs 3 tokens besides its texts, one more if it has a name, and every chat 3 to start the answer:
 * https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb
 */
const MESSAGE_TOKENS = 3;
const NAME_TOKENS = 1;
const ANSWER_TOKENS = 3;

/** Keys whose texts the model reads, and keys of which it reads a rewritten form of the JSON. */
const READ: Readonly<Record<Endpoint, { readonly texts: readonly string[]; readonly json: readonly string[] }>> = {
  '/v1/chat/completions': { texts: ['messages'], json: ['tools', 'functions', 'response_format'] },
  '/v1/responses': { texts: ['instructions', 'input'], json: ['tools', 'text', 'prompt'] },
  '/v1/embeddings': { texts: ['input'], json: [] },
  '/v1/completions': { texts: ['prompt', 'suffix'], json: [] },
  '/v1/moderations': { texts: ['input'], json: [] },
};

/** Parts that are billed by their own rules, not by the text that stands for them. */
const OTHER_MEDIA = ['image_url', 'input_image', 'input_audio', 'audio', 'file', 'input_file', 'file_data', 'file_id'];
/** Texts that say what a part is and are not read by the model. */
const LABELS = ['type', 'id', 'detail'];

interface Found {
  readonly texts: string[];
  readonly uncounted: Set<string>;
  tokenIds: number;
}

function collect(node: BodyNode, found: Found): void {
  if (typeof node === 'string') found.texts.push(node);
  // A number stands for a token where the input is given as tokens.
  if (typeof node === 'number') found.tokenIds += 1;
  if (typeof node !== 'object' || node === null) return;
  if ('items' in node) {
    for (const item of node.items) collect(item, found);
    return;
  }
  const kind = bodyAt(node, 'type');
  if (typeof kind === 'string' && OTHER_MEDIA.includes(kind)) {
    found.uncounted.add(kind);
    return;
  }
  for (const [key, value] of node.entries) {
    if (OTHER_MEDIA.includes(key)) found.uncounted.add(key);
    else if (!LABELS.includes(key)) collect(value, found);
  }
}

/** JSON as the model reads it: its text values by themselves (they may hold placeholders), and all that is around them as one more text. */
function collectJson(node: BodyNode, texts: string[]): void {
  const withoutTexts = (value: BodyNode): BodyNode => {
    if (typeof value === 'string') {
      texts.push(value);
      return '';
    }
    if (typeof value !== 'object' || value === null) return value;
    if ('items' in value) return { items: value.items.map(withoutTexts) };
    return { entries: value.entries.map(([key, inner]) => [key, withoutTexts(inner)]) };
  };
  const around = JSON.stringify(bodyToJson(withoutTexts(node)));
  texts.push(around.replaceAll('{{', '{{{{'));
}

function framing(node: BodyNode | undefined): number {
  if (typeof node === 'string') return MESSAGE_TOKENS + 1;
  if (typeof node !== 'object' || node === null || !('items' in node)) return 0;
  return node.items.reduce<number>(
    (sum, item) => sum + MESSAGE_TOKENS + (bodyAt(item, 'name') === undefined ? 0 : NAME_TOKENS),
    0,
  );
}

/**
 * What counts as input: every text of the messages (roles included), of the input, the instructions or the prompt, each by itself;
 * tools and answer schemas as the JSON they are, its texts apart; and the documented framing of a chat. The service frames tools and schemas in a way
 * it does not publish, usually shorter than their JSON, so its own count differs by a few tokens a request from this one.
 */
export function countedTexts(endpoint: Endpoint, body: BodyNode): CountedTexts {
  const found: Found = { texts: [], uncounted: new Set(), tokenIds: 0 };
  const read = READ[endpoint];
  for (const key of read.texts) collect(bodyAt(body, key) ?? null, found);
  for (const key of read.json) {
    const node = bodyAt(body, key);
    if (node !== undefined && node !== null) collectJson(node, found.texts);
  }
  const chat = endpoint === '/v1/chat/completions' || endpoint === '/v1/responses';
  const frame = chat ? framing(bodyAt(body, 'messages') ?? bodyAt(body, 'input')) + ANSWER_TOKENS : 0;
  const instructions =
    endpoint === '/v1/responses' && bodyAt(body, 'instructions') !== undefined ? MESSAGE_TOKENS + 1 : 0;
  return {
    texts: found.texts,
    framingTokens: frame + instructions + found.tokenIds,
    uncounted: [...found.uncounted].sort(),
  };
}
