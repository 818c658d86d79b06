/** Work that is done one after another, in the order it is asked for. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

export function openTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined); // told to whoever asked
    return mine;
  };
}
