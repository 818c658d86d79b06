/** A batch's last state, or null while it can still change; `canceled` is read as `cancelled`. */
export function endStatusOf(status: string): 'completed' | 'failed' | 'expired' | 'cancelled' | null {
  switch (status) {
    case 'completed':
    case 'failed':
    case 'expired':
    case 'cancelled':
      return status;
    case 'canceled':
      return 'cancelled';
    default:
      return null;
  }
}

/** What a live batch does, for people; a status nobody knows counts as in progress. */
export function livePhaseOf(status: string): 'validating' | 'inProgress' | 'finalizing' | 'cancelling' {
  switch (status) {
    case 'validating':
    case 'finalizing':
    case 'cancelling':
      return status;
    default:
      return 'inProgress';
  }
}
