/** How long a batch stays in each state, in milliseconds from the moment it enters it. */
export interface Timeline {
  readonly validatingMs: number;
  readonly inProgressMs: number;
  readonly finalizingMs: number;
  readonly cancellingMs: number;
}

/** What the service takes; null means no limit. */
export interface Limits {
  readonly maxFileBytes: number;
  readonly maxRequests: number;
  /** Input tokens of one model that may wait or run at a time. */
  readonly queueTokens: number | null;
  /** Requests of one model that may wait or run at a time. */
  readonly queueRequests: number | null;
}
