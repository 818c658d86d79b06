/** An answer other than 2xx in the service's documented error shape: `{error: {message, type, param, code}}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly param: string | null;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    message: string,
    about: { param?: string; code?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.param = about.param ?? null;
    this.code = about.code ?? null;
    this.headers = about.headers ?? {};
  }
}

/** The body of an error answer; the type follows from the status as the service has it. */
export function errorBody(status: number, message: string, param: string | null, code: string | null): object {
  return { error: { message, type: typeOf(status), param, code } };
}

function typeOf(status: number): string {
  if (status === 429) return 'requests';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
