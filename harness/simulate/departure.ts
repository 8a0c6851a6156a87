// Made once: an error of its own for each would cost a stack.
const GONE = new Error('the client hung up');

/** A client that may hang up before its answer. */
export class Departure {
  #isGone = false;
  #listeners: (() => void)[] | null = null;
  #controller: AbortController | null = null;

  readonly leave = (): void => {
    if (this.#isGone) return;
    this.#isGone = true;
    const told = this.#listeners ?? [];
    this.#listeners = null;
    for (const listener of told) listener();
  };

  /** Calls back when it leaves, at once if it has. */
  onGone(listener: () => void): void {
    if (this.#isGone) listener();
    else if (this.#listeners === null) this.#listeners = [listener];
    else this.#listeners.push(listener);
  }

  /** The same as a signal; an AbortController is made for those who ask. */
  signal(): AbortSignal {
    if (this.#controller === null) {
      const made = new AbortController();
      this.#controller = made;
      this.onGone(() => made.abort(GONE));
    }
    return this.#controller.signal;
  }
}
