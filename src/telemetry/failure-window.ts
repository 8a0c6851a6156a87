type Kind = 'ended' | 'failed' | 'refused';

/** Counts what happened within the last `windowMs`, in slices: bounded memory whatever the rate. */
export interface FailureWindow {
  add(kind: Kind): void;
  counts(): Readonly<Record<Kind, number>>;
}

const SLICES = 60;

export function createFailureWindow(windowMs: number, now: () => number): FailureWindow {
  const sliceMs = windowMs / SLICES;
  const slices = new Map<number, Record<Kind, number>>();
  const current = () => Math.floor(now() / sliceMs);
  const forgetOld = (sliceIndex: number) => {
    for (const key of slices.keys()) if (key <= sliceIndex - SLICES) slices.delete(key);
  };
  return {
    add(kind) {
      const sliceIndex = current();
      const slice = slices.get(sliceIndex) ?? { ended: 0, failed: 0, refused: 0 };
      slice[kind]++;
      slices.set(sliceIndex, slice);
      forgetOld(sliceIndex);
    },
    counts() {
      forgetOld(current());
      const sum = { ended: 0, failed: 0, refused: 0 };
      for (const slice of slices.values()) {
        sum.ended += slice.ended;
        sum.failed += slice.failed;
        sum.refused += slice.refused;
      }
      return sum;
    },
  };
}
