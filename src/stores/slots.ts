/** So many at a time; the others wait in the order of asking, and not for ever. */
export interface Slots {
  /** A slot, free again when it is disposed. Rejects when none became free in time, or too many wait already. */
  take(): Promise<Disposable>;
}

export interface SlotOptions {
  readonly max: number;
  readonly waitingMax: number;
  readonly waitMsMax: number;
  /** What they are slots of, for messages. */
  readonly of: string;
}

export function createSlots({ max, waitingMax, waitMsMax, of }: SlotOptions): Slots {
  const waiting = new Set<() => void>();
  let takenCount = 0;

  function slot(): Disposable {
    let isTaken = true;
    return {
      [Symbol.dispose]() {
        if (!isTaken) return;
        isTaken = false;
        const [next] = waiting;
        if (next === undefined) takenCount--;
        else next();
      },
    };
  }

  return {
    take() {
      if (takenCount < max) {
        takenCount++;
        return Promise.resolve(slot());
      }
      if (waiting.size >= waitingMax) {
        return Promise.reject(new Error(`all ${max} ${of} are busy, and ${waiting.size} calls wait for one already`));
      }
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.delete(next);
          reject(new Error(`all ${max} ${of} were busy for ${waitMsMax} ms`));
        };
        const timer = setTimeout(giveUp, waitMsMax);
        const next = () => {
          clearTimeout(timer);
          waiting.delete(next);
          resolve(slot());
        };
        waiting.add(next);
      });
    },
  };
}
