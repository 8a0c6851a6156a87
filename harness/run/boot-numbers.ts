/** Numbers the boots of one server, 1, 2 …; its processes share the numbers, so a new process of any of them is a new boot. */
export interface BootNumbers {
  /** 0: nothing has been started. */
  latest(): number;
  next(): number;
}

export function createBootNumbers(): BootNumbers {
  let latest = 0;
  return {
    latest: () => latest,
    next() {
      latest += 1;
      return latest;
    },
  };
}
