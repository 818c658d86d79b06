import { ApiError } from './apiError.ts';

/** What a request asks of the service; faults are aimed at these. */
export type Operation =
  'upload' | 'file-list' | 'file' | 'content' | 'delete' | 'create' | 'batch-list' | 'batch' | 'cancel' | 'models';

interface FaultKind {
  /** `request` strikes one HTTP call, `batch` is fixed when the batch is created and shapes its life or output. */
  readonly strikes: 'request' | 'batch';
  /** What it does and what its value means. */
  readonly what: string;
  /** The value if none is given; a text where the value is a name. */
  readonly value: number | string;
  /** The operations it strikes if none is named with `@`. */
  readonly at: readonly Operation[];
}

const EVERY: readonly Operation[] = [
  'upload',
  'file-list',
  'file',
  'content',
  'delete',
  'create',
  'batch-list',
  'batch',
  'cancel',
  'models',
];
const WRITES: readonly Operation[] = ['upload', 'create'];
const CREATE: readonly Operation[] = ['create'];

const request = (what: string, value: number | string, at: readonly Operation[]) =>
  ({ strikes: 'request', what, value, at }) as const satisfies FaultKind;
const batch = (what: string, value: number | string) =>
  ({ strikes: 'batch', what, value, at: CREATE }) as const satisfies FaultKind;

/** Every misbehaviour the service can be told to show. Row faults take a share of the rows below 1 or a number of rows from 1 on, and never fewer than one row. */
export const FAULTS = {
  slow: request('The answer comes this many milliseconds late.', 1000, EVERY),
  stall: request('The answer never comes: the connection stays open until the client leaves.', 0, EVERY),
  'rate-limit': request('429 before anything is done, with retry-after of this many seconds.', 1, WRITES),
  'error-before': request('A 5xx status (the value) before anything is done.', 500, WRITES),
  'error-after': request('A 5xx status (the value) although the object was made.', 500, WRITES),
  'drop-before': request('The connection is cut before anything is done.', 0, WRITES),
  'drop-after': request('The connection is cut although the object was made.', 0, WRITES),
  'drop-content': request('A download is cut after this share of its bytes.', 0.5, ['content']),
  'file-not-found': request('The first creations (the value says how many) naming a file do not find it.', 1, CREATE),

  'unknown-model': {
    strikes: 'batch',
    what: 'The model of this name is not known, neither to validation nor when asked for; empty means any model.',
    value: '',
    at: ['create', 'models'],
  },
  'fail-validation': batch('The batch fails validation with this error code on its first line.', 'invalid_json_line'),
  'queue-full': batch('The batch is accepted, then fails with token_limit_exceeded.', 0),
  expire: batch('The batch expires after this share of its rows.', 0.5),
  stuck: batch('The batch stays in progress for good after this share of its rows, until it is cancelled.', 0.5),
  'null-output': batch('Every row fails: completed, all rows in the error file, output_file_id null.', 0),
  'empty-error-id': batch('Without failures error_file_id is an empty text instead of null.', 0),
  'counts-lie': batch('The request_counts say that every row was completed, whatever the files hold.', 0),
  'truncated-output': batch('The last line of the output file is cut in the middle.', 0),
  'rows-missing': batch('These rows are in neither file.', 0.1),
  'rows-duplicate': batch('These rows are in the output file twice.', 0.1),
  'rows-unknown': batch('This many rows with a custom_id nobody sent are in the output file.', 1),
  'rows-failed': batch('These rows are in the error file with status 400.', 0.1),
  'rows-error': batch('These rows are in the error file with status 500.', 0.1),
  'rows-zero': batch('These rows are in the error file with status_code 0, an empty body and no error.', 0.1),
  'rows-refused': batch('These rows are answered by a refusal.', 0.1),
  'rows-length': batch('These rows are cut off: finish_reason length.', 0.1),
  'rows-invalid': batch('These rows break the schema they were asked to keep.', 0.1),
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof FAULTS;

/** One fault as asked for: `name[@operation][=value][*times]`. */
export interface Fault {
  readonly name: FaultName;
  readonly value: number | string;
  readonly at: readonly Operation[];
  /** How often it strikes in the life of the service, counted per text; infinity if not said. */
  readonly times: number;
  /** The text it was read from. */
  readonly text: string;
}

const SHAPE = /^([a-z-]+)(?:@([a-z-]+))?(?:=([^*,]*))?(?:\*(\d{1,9}))?$/;

/** Reads faults parted by commas; an unknown name, operation or value is a 400 that names the known ones. */
export function parseFaults(text: string, headerOf?: Operation): Fault[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => parseFault(part, headerOf));
}

function parseFault(text: string, headerOf: Operation | undefined): Fault {
  const parts = SHAPE.exec(text);
  const name = parts?.[1];
  if (parts === null || name === undefined || !isFaultName(name)) {
    throw badFault(`Unknown rehearsal fault '${text.slice(0, 80)}'. Known: ${Object.keys(FAULTS).join(', ')}.`);
  }
  const kind: FaultKind = FAULTS[name];
  const operation = parts[2];
  if (operation !== undefined && (!isOperation(operation) || kind.strikes === 'batch')) {
    throw badFault(`Rehearsal fault '${text}' cannot be aimed at '${operation}'. Operations: ${EVERY.join(', ')}.`);
  }
  // A fault in a header is meant for the very request that carries it.
  const aim = headerOf !== undefined && kind.strikes === 'request' ? [headerOf] : kind.at;
  return {
    name,
    value: valueOf(text, kind, parts[3]),
    at: operation === undefined ? aim : [operation],
    times: parts[4] === undefined ? Infinity : Number(parts[4]),
    text,
  };
}

function valueOf(text: string, kind: FaultKind, given: string | undefined): number | string {
  if (given === undefined) return kind.value;
  if (typeof kind.value === 'string') return given;
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw badFault(`Rehearsal fault '${text}' needs a number from 0 on.`);
  }
  return value;
}

function badFault(message: string): ApiError {
  return new ApiError(400, message, { param: 'x-rehearsal-fault', code: 'unknown_fault' });
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(FAULTS, name);
}

function isOperation(name: string): name is Operation {
  return EVERY.some((operation) => operation === name);
}

/** The faults that strike one request: those of the service and those of its header, each as often as it was asked for. */
export class FaultCounter {
  readonly #standing: readonly Fault[];
  readonly #struck = new Map<string, number>();

  constructor(standing: readonly Fault[]) {
    this.#standing = standing;
  }

  /** Takes the faults of a kind that strike now and counts them. */
  strike(strikes: FaultKind['strikes'], operation: Operation, header: readonly Fault[]): Fault[] {
    return [...header, ...this.#standing].filter((fault) => {
      if (FAULTS[fault.name].strikes !== strikes || !fault.at.includes(operation)) return false;
      if (fault.times === Infinity) return true;
      const struck = this.#struck.get(fault.text) ?? 0;
      if (struck >= fault.times) return false;
      this.#struck.set(fault.text, struck + 1);
      return true;
    });
  }
}

/** The first fault of a name among those that strike. */
export function faultNamed(faults: readonly Fault[], name: FaultName): Fault | undefined {
  return faults.find((fault) => fault.name === name);
}

/** The value of a numeric fault, or undefined if it does not strike. */
export function faultNumber(faults: readonly Fault[], name: FaultName): number | undefined {
  const value = faultNamed(faults, name)?.value;
  return typeof value === 'number' ? value : undefined;
}
