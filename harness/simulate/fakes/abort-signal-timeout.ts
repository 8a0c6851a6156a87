import type { Fake } from './fake.ts';
import { functionAt, override } from './replacement.ts';
import { delayOf } from './timers.ts';

/** AbortSignal.timeout: aborts in virtual time, in the boot that asked for it. */
export const ABORT_SIGNAL_TIMEOUT: Fake = {
  meta: {
    id: 'abort-signal-timeout',
    title: 'AbortSignal.timeout',
    description: 'A time limit in virtual time.',
    source: 'https://dom.spec.whatwg.org/#dom-abortsignal-timeout',
  },
  install(context) {
    const real = functionAt(AbortSignal, 'timeout');
    return override(context, AbortSignal, 'timeout', (world, args) => {
      const ms = Number(args[0]);
      // The original names what is wrong with it.
      if (!Number.isSafeInteger(ms) || ms < 0 || typeof args[0] !== 'number')
        return Reflect.apply(real, AbortSignal, args);
      const controller = new AbortController();
      world.schedule(world.current(), delayOf(ms), () => {
        controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
      });
      return controller.signal;
    });
  },
};
