/**
 * Does all the work, so many at a time, in order. Stops taking more when the signal is aborted, or when one of them fails: then
 * the others are told to end too, and its error is thrown when they have.
 */
export async function inParallel<Item>(
  items: readonly Item[],
  options: { readonly jobs: number; readonly signal: AbortSignal },
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const waiting = [...items];
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined && !signal.aborted; item = waiting.shift()) {
      // Each gets a signal of its own to listen to.
      await work(item, AbortSignal.any([signal]));
    }
  };
  const workers = Array.from({ length: Math.min(options.jobs, items.length) }, () =>
    worker().catch((error: unknown) => failure.abort(error)),
  );
  await Promise.all(workers);
  failure.signal.throwIfAborted();
}
