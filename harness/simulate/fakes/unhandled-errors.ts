import { tellProcess } from './boot-process.ts';
import type { Fake, FakeContext } from './fake.ts';
import { survives } from './process.ts';
import { undoAll } from './replacement.ts';

/**
 * Rejections and errors that nobody caught: the end of the boot whose code ran, not of the thread. A boot's own listeners for
 * unhandledRejection come first. Listeners of the thread rest while a run goes on.
 */
export const UNHANDLED_ERRORS: Fake = {
  meta: {
    id: 'unhandled-errors',
    title: 'Errors nobody caught',
    description: 'An unhandled rejection ends the boot it happened in.',
    source: 'https://nodejs.org/api/process.html#event-unhandledrejection',
  },
  install(context) {
    return undoAll([take(context, 'unhandledRejection'), take(context, 'uncaughtException')]);
  },
};

function take(context: FakeContext, event: 'unhandledRejection' | 'uncaughtException'): () => void {
  const theirs = process.rawListeners(event);
  const ours = (error: unknown, more: unknown) => {
    const world = context.world();
    if (world === null) {
      if (theirs.length === 0) throw error;
      for (const listener of theirs) Reflect.apply(listener, process, [error, more]);
      return;
    }
    // No event comes between code that ran and the news of what it left unhandled.
    const owner = world.current();
    if (!owner.isAlive()) return;
    if (event === 'unhandledRejection') {
      if (tellProcess(owner, event, error, more) || survives(owner, error, event)) return;
    }
    owner.failed(error);
  };
  process.removeAllListeners(event);
  process.on(event, ours);
  return () => {
    process.removeListener(event, ours);
    for (const listener of theirs) Reflect.apply(process.on, process, [event, listener]);
  };
}
