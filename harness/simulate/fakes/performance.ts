import perfHooks, { performance } from 'node:perf_hooks';
import type { Fake, FakeContext } from './fake.ts';
import { define, functionAt, override, undoAll } from './replacement.ts';

/**
 * performance.now, mark, measure and timeOrigin: whole ms since the start of the run; jumps of the wall clock do not move
 * them. A PerformanceObserver sees nothing: what it reports (garbage collection, sockets) has no place in virtual time.
 */
export const PERFORMANCE: Fake = {
  meta: {
    id: 'performance',
    title: 'Monotonic clock',
    description: 'performance.now and its marks read virtual time, which no clock jump moves.',
    source: 'https://nodejs.org/api/perf_hooks.html',
  },
  install(context) {
    const originMs = performance.timeOrigin;
    return undoAll([
      override(context, performance, 'now', (world) => world.nowMs()),
      define(performance, 'timeOrigin', {
        get() {
          const world = context.world();
          return world === null ? originMs : world.wallMs() - world.nowMs();
        },
      }),
      mark(context),
      measure(context),
      override(context, perfHooks.PerformanceObserver.prototype, 'observe', () => undefined),
    ]);
  },
};

function mark(context: FakeContext): () => void {
  const real = functionAt(performance, 'mark');
  return override(context, performance, 'mark', (world, [name, options], self) =>
    Reflect.apply(real, self, [name, { startTime: world.nowMs(), ...(isObject(options) ? options : {}) }]),
  );
}

/** A measure that names no end ends now. */
function measure(context: FakeContext): () => void {
  const real = functionAt(performance, 'measure');
  return override(context, performance, 'measure', (world, [name, from, to], self) => {
    const end = world.nowMs();
    if (isObject(from)) {
      const isWhole = 'end' in from || ('start' in from && 'duration' in from);
      return Reflect.apply(real, self, [name, isWhole ? from : { end, ...from }]);
    }
    return Reflect.apply(real, self, [name, { start: from ?? 0, end: to ?? end }]);
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
