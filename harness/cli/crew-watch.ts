import type { Crew } from '../explore/crew.ts';
import type { CommandContext } from './command.ts';
import { count, perMinute } from './exploration-words.ts';
import { seconds as secondsText } from './progress-text.ts';

const TELL_MS = 5000;

/** Ends the work of a crew when its time is up or somebody interrupts, and tells how far it is. Dispose of it afterwards. */
export function watchCrew(options: {
  readonly crew: Crew;
  readonly context: CommandContext;
  readonly seconds: number;
  /** What is going on besides; '': nothing. */
  describe(): string;
}): AsyncDisposable {
  const { crew, context, describe } = options;
  const { clock, output, signal } = context;
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const startedAt = clock.now();
  const interrupt = () => crew.shared.abort();
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  // Aborted: the work was done, or interrupted, before the time was up.
  const limit = clock.sleep(options.seconds * 1000, either).then(crew.shared.stop, () => {});
  const telling = (async () => {
    while (!either.aborted) {
      await clock.sleep(TELL_MS, either).catch(() => {}); // Aborted: the loop ends.
      if (either.aborted) return;
      const elapsedMs = (clock.now() - startedAt) / 1e6;
      const runs = crew.shared.runs();
      const parts = [
        `explore ${secondsText(elapsedMs)}`,
        `${count(runs)} runs`,
        `${perMinute((runs / elapsedMs) * 60_000)}`,
        describe(),
      ];
      output.progress(parts.filter((part) => part !== '').join(' | '));
    }
  })();
  return {
    async [Symbol.asyncDispose]() {
      over.abort();
      signal.removeEventListener('abort', interrupt);
      await Promise.all([limit, telling]);
    },
  };
}
