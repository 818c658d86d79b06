import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './apiError.ts';
import type { BatchDesk } from './batchDesk.ts';
import { readBatchForm } from './batchForm.ts';
import { faultNamed, faultNumber, type Fault, type FaultCounter, type Operation } from './faults.ts';
import type { FileShelf } from './fileShelf.ts';
import { readJson, sendFile, sendJson } from './httpAnswer.ts';
import { pageOf } from './page.ts';
import { secondsNow, type FileObject } from './shapes.ts';
import type { Limits } from './settings.ts';
import { receiveUpload } from './upload.ts';
import { wait } from './wait.ts';

/** What the routes work on. */
export interface Service {
  readonly shelf: FileShelf;
  readonly desk: BatchDesk;
  readonly limits: Limits;
  readonly faults: FaultCounter;
  /** How often creation has been told that a file is not there, by file. */
  readonly notFound: Map<string, number>;
}

/** One request on its way to its answer. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** The id in the path, empty if the path has none. */
  readonly id: string;
  /** What strikes this request as such. */
  readonly faults: readonly Fault[];
  /** Takes what strikes the batch this request makes, or the model it asks for. */
  readonly batchFaults: () => readonly Fault[];
}

/** A JSON answer, or null if the handler has answered by itself. */
type Handler = (service: Service, call: Call) => Promise<object | null> | object;

interface Route {
  readonly operation: Operation;
  readonly handle: Handler;
  readonly id: string;
}

const MODELS = [
  'gpt-4o-mini',
  'gpt-4o',
  'gpt-4.1',
  'gpt-4.1-mini',
  'gpt-5',
  'gpt-5-mini',
  'text-embedding-3-small',
  'text-embedding-3-large',
  'omni-moderation-latest',
];
const MODEL_CREATED_SECONDS = 1_700_000_000;

const ROUTES: readonly (readonly [method: string, path: RegExp, operation: Operation, handle: Handler])[] = [
  ['POST', /^\/v1\/files$/, 'upload', upload],
  ['GET', /^\/v1\/files$/, 'file-list', listFiles],
  ['GET', /^\/v1\/files\/([^/]+)$/, 'file', (service, { id }) => fileOf(service, id)],
  ['DELETE', /^\/v1\/files\/([^/]+)$/, 'delete', deleteFile],
  ['GET', /^\/v1\/files\/([^/]*)\/content$/, 'content', content],
  ['POST', /^\/v1\/batches$/, 'create', createBatch],
  [
    'GET',
    /^\/v1\/batches$/,
    'batch-list',
    ({ desk }, { query }) => pageOf(desk.all(), query, { most: 100, usual: 20 }),
  ],
  ['GET', /^\/v1\/batches\/([^/]+)$/, 'batch', ({ desk }, { id }) => desk.get(id)],
  ['POST', /^\/v1\/batches\/([^/]+)\/cancel$/, 'cancel', cancelBatch],
  ['GET', /^\/v1\/models$/, 'models', () => ({ object: 'list', data: MODELS.map(modelObject) })],
  ['GET', /^\/v1\/models\/(.+)$/, 'models', retrieveModel],
];

/** The route of a method and a path; unknown ones are a 404. */
export function routeOf(method: string, pathname: string): Route {
  for (const [wanted, path, operation, handle] of ROUTES) {
    const match = wanted === method ? path.exec(pathname) : null;
    if (match !== null) return { operation, handle, id: decoded(match[1] ?? '') };
  }
  throw new ApiError(404, `Invalid URL (${method} ${pathname.slice(0, 200)})`, { code: 'unknown_url' });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ApiError(400, 'The path of the request can not be decoded.');
  }
}

/** A fresh id of the service's shape. */
export function freshId(prefix: string): string {
  return `${prefix}${randomBytes(12).toString('hex')}`;
}

async function upload({ shelf, limits }: Service, { request }: Call): Promise<object> {
  const form = await receiveUpload(request, shelf.incomingPath(), limits.maxFileBytes);
  const created = secondsNow();
  return shelf.adopt(form.incoming, {
    id: freshId('file-'),
    filename: form.filename,
    purpose: form.purpose,
    created_at: created,
    expires_at: form.expiresAfterSeconds === null ? null : created + form.expiresAfterSeconds,
  });
}

function listFiles({ shelf }: Service, { query }: Call): object {
  const purpose = query.get('purpose');
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') {
    throw new ApiError(400, "Invalid 'order': must be asc or desc.", { param: 'order', code: 'invalid_value' });
  }
  const files = shelf.all(Date.now()).filter((file) => purpose === null || file.purpose === purpose);
  if (order === 'desc') files.reverse();
  return pageOf(files, query, { most: 10_000, usual: 10_000 });
}

function fileOf({ shelf }: Service, id: string): FileObject {
  const file = shelf.get(id, Date.now());
  if (file === undefined) throw new ApiError(404, `No such File object: ${id.slice(0, 100)}`, { param: 'id' });
  return file;
}

function deleteFile(service: Service, { id }: Call): object {
  const file = fileOf(service, id);
  service.shelf.remove(file.id);
  return { id: file.id, object: 'file', deleted: true };
}

async function content(service: Service, { request, response, id, faults }: Call): Promise<null> {
  const file = fileOf(service, id);
  const share = faultNumber(faults, 'drop-content') ?? 1;
  await sendFile(request, response, { path: service.shelf.pathOf(file.id), ...file }, share);
  return null;
}

async function createBatch(service: Service, { request, faults, batchFaults }: Call): Promise<object> {
  const form = readBatchForm(await readJson(request));
  const file = service.shelf.get(form.inputFileId, Date.now());
  const told = service.notFound.get(form.inputFileId) ?? 0;
  const hidden = told < (faultNumber(faults, 'file-not-found') ?? 0);
  if (file === undefined || hidden) {
    service.notFound.set(form.inputFileId, told + 1);
    const message = `Cannot find file ${form.inputFileId.slice(0, 100)} or project proj_rehearsal does not have access to it.`;
    throw new ApiError(400, message, { param: 'input_file_id' });
  }
  if (file.purpose !== 'batch') {
    const message = `Invalid file purpose: '${file.purpose}'; a batch needs a file with purpose 'batch'.`;
    throw new ApiError(400, message, { param: 'input_file_id' });
  }
  return service.desk.create(freshId('batch_'), form, batchFaults());
}

function cancelBatch({ desk }: Service, { request, id }: Call): object {
  request.resume();
  return desk.cancel(id);
}

function retrieveModel(_service: Service, { id, batchFaults }: Call): object {
  const unknown = faultNamed(batchFaults(), 'unknown-model')?.value;
  if (!/^[\w.:/-]{1,128}$/.test(id) || unknown === id || unknown === '') {
    throw new ApiError(404, `The model '${id.slice(0, 128)}' does not exist`, {
      param: 'model',
      code: 'model_not_found',
    });
  }
  return modelObject(id);
}

function modelObject(id: string): object {
  return { id, object: 'model', created: MODEL_CREATED_SECONDS, owned_by: 'rehearsal' };
}

/** Answers a call by its route, with every fault that strikes the request as such. */
export async function answer(service: Service, route: Route, call: Call, signal: AbortSignal): Promise<void> {
  const { request, response, faults } = call;
  await beforeAnything(call, signal);
  if (response.destroyed) return;
  const body = await route.handle(service, call);
  const after = faultNumber(faults, 'error-after');
  if (faultNamed(faults, 'drop-after') !== undefined) request.socket.destroy();
  else if (after !== undefined) throw serverError(after);
  else if (body !== null) sendJson(response, 200, body);
}

/** The faults that strike before the request is looked at; the connection may be gone afterwards. */
async function beforeAnything({ request, response, faults }: Call, signal: AbortSignal): Promise<void> {
  const lateMs = faultNumber(faults, 'slow');
  if (lateMs !== undefined) await wait(lateMs, signal);
  if (faultNamed(faults, 'stall') !== undefined) {
    request.resume();
    if (!response.destroyed) await new Promise<void>((resolve) => void response.once('close', resolve));
  }
  if (faultNamed(faults, 'drop-before') !== undefined || signal.aborted) response.destroy();
  const retryAfterSeconds = faultNumber(faults, 'rate-limit');
  if (retryAfterSeconds !== undefined) {
    const headers = { 'retry-after': String(retryAfterSeconds) };
    throw new ApiError(429, 'Rate limit reached for requests.', { code: 'rate_limit_exceeded', headers });
  }
  const before = faultNumber(faults, 'error-before');
  if (before !== undefined) throw serverError(before);
}

function serverError(status: number): ApiError {
  const known = Number.isInteger(status) && status >= 500 && status <= 599 ? status : 500;
  return new ApiError(known, 'The server had an error while processing your request. Sorry about that!');
}
