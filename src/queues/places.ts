import type { Place } from './queue.ts';

/** The places of a queue that are taken for work which is about to be recorded. */
export interface Places {
  readonly count: number;
  /** Takes one; `fill` is told of the work once that is recorded, after the place was given back. */
  take(fill: (id: string) => void): Place;
}

export function createPlaces(): Places {
  let count = 0;
  return {
    get count() {
      return count;
    },
    take(fill) {
      count++;
      let isOpen = true;
      const close = () => {
        if (isOpen) count--;
        isOpen = false;
      };
      return {
        async fill(id) {
          close();
          fill(id);
        },
        free: close,
      };
    },
  };
}
