import { isObject, parseJson, type JsonObject } from './json.ts';
import { inputsOf, inputTokensOf } from './answers/rowRequest.ts';
import { linesOf } from './lines.ts';
import type { BatchLineError, Endpoint } from './shapes.ts';
import { breathe } from './wait.ts';

/** What validation found in an input file: where its lines are, or why it can not run. */
export interface InputScan {
  /** The byte where each line begins. */
  readonly offsets: readonly number[];
  /** Bytes of each line without its end. */
  readonly lengths: readonly number[];
  readonly model: string | null;
  /** Approximate input tokens of all lines. */
  readonly inputTokens: number;
  readonly errors: readonly BatchLineError[];
}

/** A line is held in memory while it is looked at. */
const MAX_LINE_BYTES = 32_000_000;
const MAX_ERRORS = 100;
const MAX_INPUTS = 50_000;
const MAX_INPUTS_PER_REQUEST = 2048;
const LINES_PER_SLICE = 200;

interface ScanState {
  readonly ids: Set<string>;
  model: string | null;
  inputs: number;
  inputTokens: number;
}

/** Checks an input file line by line as the service documents it; reads to the end but keeps offsets only. */
export async function scanInput(
  path: string,
  rules: { endpoint: Endpoint; maxRequests: number; unknownModel: string | null },
  signal: AbortSignal,
): Promise<InputScan> {
  const offsets: number[] = [];
  const lengths: number[] = [];
  const errors: BatchLineError[] = [];
  const state: ScanState = { ids: new Set(), model: null, inputs: 0, inputTokens: 0 };
  const add = (error: BatchLineError) => void (errors.length < MAX_ERRORS && errors.push(error));
  for await (const { bytes, offset } of linesOf(path, MAX_LINE_BYTES)) {
    if (offsets.length >= rules.maxRequests) {
      add(fileError('too_many_tasks', `The file has more than ${rules.maxRequests} requests.`));
      break;
    }
    offsets.push(offset);
    lengths.push(bytes?.length ?? 0);
    const problem = lineProblem(bytes, rules.endpoint, state);
    if (problem !== null) add({ ...problem, line: offsets.length });
    if (offsets.length % LINES_PER_SLICE === 0) {
      await breathe();
      signal.throwIfAborted();
    }
  }
  if (offsets.length === 0) add(fileError('empty_file', 'The input file has no requests.'));
  if (state.inputs > MAX_INPUTS) {
    add(fileError('too_many_inputs', `The file has ${state.inputs} embedding inputs; ${MAX_INPUTS} are allowed.`));
  }
  const unknown = rules.unknownModel !== null && (rules.unknownModel === '' || rules.unknownModel === state.model);
  if (unknown && state.model !== null) {
    const message = `The model \`${state.model}\` does not exist or is not available for batches.`;
    add({ code: 'model_not_found', line: 1, message, param: 'body.model' });
  }
  return { offsets, lengths, model: state.model, inputTokens: state.inputTokens, errors };
}

function fileError(code: string, message: string): BatchLineError {
  return { code, line: null, message, param: null };
}

type Problem = Omit<BatchLineError, 'line'>;

function lineProblem(bytes: Buffer | null, endpoint: Endpoint, state: ScanState): Problem | null {
  if (bytes === null) {
    const message = `This line is longer than ${MAX_LINE_BYTES} bytes.`;
    return { code: 'invalid_json_line', message, param: null };
  }
  const line = parseJson(bytes.toString('utf8'));
  if (!isObject(line)) {
    return { code: 'invalid_json_line', message: 'This line is not a JSON object.', param: null };
  }
  const id = line['custom_id'];
  if (typeof id !== 'string' || id === '') return missing('custom_id');
  if (state.ids.has(id)) {
    return { code: 'duplicate_custom_id', message: 'The custom_id of this line was used before.', param: 'custom_id' };
  }
  state.ids.add(id);
  if (line['method'] === undefined) return missing('method');
  if (line['method'] !== 'POST') {
    return { code: 'invalid_method', message: 'The method of a line must be POST.', param: 'method' };
  }
  if (line['url'] === undefined) return missing('url');
  if (line['url'] !== endpoint) {
    const message = `The url of this line is not the batch's endpoint '${endpoint}'.`;
    return { code: 'mismatched_url', message, param: 'url' };
  }
  return isObject(line['body']) ? bodyProblem(line['body'], endpoint, state) : missing('body');
}

function bodyProblem(body: JsonObject, endpoint: Endpoint, state: ScanState): Problem | null {
  const model = body['model'];
  if (typeof model !== 'string' || model === '') return missing('body.model');
  if (state.model !== null && state.model !== model) {
    const message = `A file has one model: this line asks for another than \`${state.model}\`.`;
    return { code: 'mismatched_model', message, param: 'body.model' };
  }
  state.model = model;
  state.inputTokens += inputTokensOf(body);
  if (endpoint !== '/v1/embeddings') return null;
  const inputs = inputsOf(body).length;
  state.inputs += inputs;
  if (inputs <= MAX_INPUTS_PER_REQUEST) return null;
  const message = `This line has ${inputs} inputs; ${MAX_INPUTS_PER_REQUEST} are allowed in a request.`;
  return { code: 'too_many_inputs', message, param: 'body.input' };
}

function missing(param: string): Problem {
  return { code: 'missing_required_parameter', message: `Missing required parameter: '${param}'.`, param };
}
