type Kind = 'ended' | 'failed' | 'refused' | 'lastedMs';

/** Sums of what happened within the last `windowMs`, in slices: bounded memory whatever the rate. */
export interface RecentWindow {
  /** Default: once. */
  add(kind: Kind, amount?: number): void;
  sums(): Readonly<Record<Kind, number>>;
}

const SLICES = 60;

export function createRecentWindow(windowMs: number, now: () => number): RecentWindow {
  const sliceMs = windowMs / SLICES;
  const slices = new Map<number, Record<Kind, number>>();
  const current = () => Math.floor(now() / sliceMs);
  const forgetOld = (sliceIndex: number) => {
    for (const key of slices.keys()) if (key <= sliceIndex - SLICES) slices.delete(key);
  };
  return {
    add(kind, amount = 1) {
      const sliceIndex = current();
      const slice = slices.get(sliceIndex) ?? { ended: 0, failed: 0, refused: 0, lastedMs: 0 };
      slice[kind] += amount;
      slices.set(sliceIndex, slice);
      forgetOld(sliceIndex);
    },
    sums() {
      forgetOld(current());
      const sum = { ended: 0, failed: 0, refused: 0, lastedMs: 0 };
      for (const slice of slices.values()) {
        sum.ended += slice.ended;
        sum.failed += slice.failed;
        sum.refused += slice.refused;
        sum.lastedMs += slice.lastedMs;
      }
      return sum;
    },
  };
}
