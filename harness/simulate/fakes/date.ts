import type { Fake, FakeContext } from './fake.ts';
import { type Call, construct, define, functionAt, isCall, override, overrideClass, undoAll } from './replacement.ts';

/**
 * Date and Intl.DateTimeFormat without an argument: the wall clock of the run, which jumps when the plan says so. Dates stay
 * real Date objects.
 */
export const DATE: Fake = {
  meta: {
    id: 'date',
    title: 'Wall clock',
    description: 'Date and Intl.DateTimeFormat read the virtual wall clock.',
    source: 'https://tc39.es/ecma262/#sec-date-constructor',
  },
  install(context) {
    const { clock } = context;
    const undo = overrideClass(context, globalThis, 'Date', (_world, args, newTarget, real) => {
      if (newTarget === undefined) return String(construct(real, [clock.now]));
      return construct(real, args.length === 0 ? [clock.now] : args, newTarget);
    });
    return undoAll([
      undo,
      override(context, Date, 'now', () => clock.now),
      formatGetter(context),
      formatToParts(context),
    ]);
  },
};

function formatToParts(context: FakeContext): () => void {
  const prototype = Intl.DateTimeFormat.prototype;
  const real = functionAt(prototype, 'formatToParts');
  return override(context, prototype, 'formatToParts', (_world, [date], self) =>
    Reflect.apply(real, self, [date ?? context.clock.now]),
  );
}

/** `format` is a getter that gives each formatter one bound function. */
function formatGetter(context: FakeContext): () => void {
  const prototype = Intl.DateTimeFormat.prototype;
  const getter = Object.getOwnPropertyDescriptor(prototype, 'format')?.get;
  if (getter === undefined) return () => {};
  const formats = new WeakMap<Call, Call>();
  return define(prototype, 'format', {
    get(this: unknown) {
      const real: unknown = Reflect.apply(getter, this, []);
      if (!isCall(real)) return real;
      const known = formats.get(real);
      if (known !== undefined) return known;
      const format: Call = (date) => real(date ?? (context.world() === null ? undefined : context.clock.now));
      formats.set(real, format);
      return format;
    },
  });
}
