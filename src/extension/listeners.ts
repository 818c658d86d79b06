export interface Disposable {
  readonly dispose: () => void;
}

/** Who wants to hear of something. */
export class Listeners<T> {
  readonly #all = new Set<(payload: T) => void>();

  add(listener: (payload: T) => void): Disposable {
    const own = (payload: T): void => listener(payload);
    this.#all.add(own);
    return { dispose: () => void this.#all.delete(own) };
  }

  tell(payload: T): void {
    for (const listener of [...this.#all]) listener(payload);
  }
}
