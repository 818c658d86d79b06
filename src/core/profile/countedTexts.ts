import { bodyAt, bodyToJson } from '../model/body.ts';
import type { BodyNode } from '../model/body.ts';
import type { Endpoint } from '../model/job.ts';

/** What of a request's body is input to the model, as far as text tells. */
export interface CountedTexts {
  /** Each text is counted by itself; placeholders are still in and are to be filled first. */
  readonly texts: readonly string[];
  /** Tokens that frame every request besides its texts. */
  readonly framingTokens: number;
  /** Tokens a request may cost beyond its texts and the framing, since services do not publish how they frame tools and answer schemas. */
  readonly marginTokens: number;
  /** Kinds of input whose tokens the body's texts do not tell, such as `image_url`. */
  readonly uncounted: readonly string[];
}

/**
 * A message costs 3 tokens besides its texts, one more if it has a name, and every chat 3 to start the answer:
 * https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb
 */
const MESSAGE_TOKENS = 3;
const NAME_TOKENS = 1;
const ROLE_TOKENS = 1;
const ANSWER_TOKENS = 3;

/** Headings and wrapping of an answer schema, of a set of tools and of each tool come to 10 to 20 tokens as far as they are known. */
const MARGIN = { message: 2, schema: 32, tools: 32, tool: 16 } as const;

/** Keys whose texts the model reads, and keys of which it reads a rewritten form of the JSON. */
const READ: Readonly<Record<Endpoint, { readonly texts: readonly string[]; readonly json: readonly string[] }>> = {
  '/v1/chat/completions': { texts: ['messages'], json: ['tools', 'functions', 'response_format'] },
  '/v1/responses': { texts: ['instructions', 'input'], json: ['tools', 'text'] },
  '/v1/embeddings': { texts: ['input'], json: [] },
  '/v1/completions': { texts: ['prompt', 'suffix'], json: [] },
  '/v1/moderations': { texts: ['input'], json: [] },
};

/** Parts that are billed by their own rules, not by the text that stands for them. */
const OTHER_MEDIA = ['image_url', 'input_image', 'input_audio', 'audio', 'file', 'input_file', 'file_data', 'file_id'];
/** Input that lies with the service and is only named in the body. */
const STORED = ['prompt', 'previous_response_id', 'conversation'];
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

function lengthOf(node: BodyNode | undefined): number {
  return typeof node === 'object' && node !== null && 'items' in node ? node.items.length : 0;
}

/** Tokens of a chat besides its texts, and what they may be short of. */
function framing(endpoint: Endpoint, body: BodyNode): { tokens: number; margin: number } {
  if (endpoint !== '/v1/chat/completions' && endpoint !== '/v1/responses') return { tokens: 0, margin: 0 };
  const turns = bodyAt(body, endpoint === '/v1/responses' ? 'input' : 'messages');
  const named =
    turns !== undefined && typeof turns === 'object' && turns !== null && 'items' in turns ? turns.items : [];
  const names = named.filter((turn) => bodyAt(turn, 'name') !== undefined).length;
  // A text alone is a message of the role "user", instructions one of the role "system".
  const unnamed = (typeof turns === 'string' ? 1 : 0) + (bodyAt(body, 'instructions') === undefined ? 0 : 1);
  const messages = lengthOf(turns) + unnamed;
  const tools = lengthOf(bodyAt(body, 'tools')) + lengthOf(bodyAt(body, 'functions'));
  const schema = bodyAt(body, 'response_format') ?? bodyAt(body, 'text');
  return {
    tokens: MESSAGE_TOKENS * messages + ROLE_TOKENS * unnamed + NAME_TOKENS * names + ANSWER_TOKENS,
    margin:
      MARGIN.message * messages +
      (schema === undefined ? 0 : MARGIN.schema) +
      (tools === 0 ? 0 : MARGIN.tools + MARGIN.tool * tools),
  };
}

/**
 * What counts as input: every text of the messages (roles included), of the input, the instructions or the prompt, each by itself;
 * tools and answer schemas as the JSON they are, its texts apart; and the documented framing of a chat. The service frames tools and schemas in a way
 * it does not publish, mostly shorter than their JSON, so its own count differs by some tokens a request, by `marginTokens` at most.
 */
export function countedTexts(endpoint: Endpoint, body: BodyNode): CountedTexts {
  const found: Found = { texts: [], uncounted: new Set(), tokenIds: 0 };
  const read = READ[endpoint];
  for (const key of read.texts) collect(bodyAt(body, key) ?? null, found);
  for (const key of read.json) {
    const node = bodyAt(body, key);
    if (node !== undefined && node !== null) collectJson(node, found.texts);
  }
  if (endpoint === '/v1/responses') {
    for (const key of STORED) if ((bodyAt(body, key) ?? null) !== null) found.uncounted.add(key);
  }
  const { tokens, margin } = framing(endpoint, body);
  return {
    texts: found.texts,
    framingTokens: tokens + found.tokenIds,
    marginTokens: margin,
    uncounted: [...found.uncounted].sort(),
  };
}
