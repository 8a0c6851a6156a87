import type { Remains } from './remains.ts';

/** What the fakes of this thread know of a boot. */
export function createRemains(): Remains {
  return { close: () => 0, tear: () => 0, interrupt: () => false };
}
