/** A mutex for each key, first come, first served. */
export class KeyedLock {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs the work after all earlier work under the same key has settled. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#last.get(key) ?? Promise.resolve();
    const mine = turn.then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
