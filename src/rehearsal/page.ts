import { ApiError } from './apiError.ts';

interface Listed {
  readonly id: string;
}

/** One page of a list in the service's shape, from `after` on; a limit out of bounds or an unknown `after` is a 400. */
export function pageOf<T extends Listed>(
  all: readonly T[],
  query: URLSearchParams,
  limits: { readonly most: number; readonly usual: number },
): object {
  const limit = Number(query.get('limit') ?? limits.usual);
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.most) {
    const message = `Invalid 'limit': must be a whole number from 1 to ${limits.most}.`;
    throw new ApiError(400, message, { param: 'limit', code: 'invalid_value' });
  }
  const after = query.get('after');
  const start = after === null || after === '' ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (start === 0 && after !== null && after !== '') {
    throw new ApiError(400, "Invalid 'after': nothing has this id.", { param: 'after', code: 'invalid_value' });
  }
  const data = all.slice(start, start + limit);
  return {
    object: 'list',
    data,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
    has_more: start + limit < all.length,
  };
}
