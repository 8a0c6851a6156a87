/** A signal that is aborted with any of its sources, and is let go of explicitly. */
export interface LinkedSignal extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * The same as AbortSignal.any, but with an end: that one stays in the platform's registries until the collector looks for old
 * garbage, with everything that listens to it.
 */
export function linkSignals(...sources: readonly AbortSignal[]): LinkedSignal {
  const controller = new AbortController();
  const links = sources.map((source) => {
    const pass = () => controller.abort(source.reason);
    if (source.aborted) pass();
    else source.addEventListener('abort', pass, { once: true });
    return () => source.removeEventListener('abort', pass);
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const unlink of links) unlink();
    },
  };
}
