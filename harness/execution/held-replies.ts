/** Replies that wait: for another reply to pass (F3), or for a fault to strike (a kill between an effect and its receipt). */
export interface HeldReplies {
  /** Resolves with true to deliver, false when the reply is lost; true after `maxMs` in any case. */
  hold(input: {
    readonly entry: string;
    readonly until: 'reply-passes' | 'fault-strikes';
    readonly maxMs: number;
  }): Promise<boolean>;
  /** Lets the oldest reply go that waits for another to pass. */
  passed(): void;
  /** Replies held for this entry are lost. */
  lose(entry: string): void;
  releaseAll(): void;
}

interface Held {
  readonly entry: string;
  readonly until: 'reply-passes' | 'fault-strikes';
  release(isDelivered: boolean): void;
}

export function createHeldReplies(sleep: (ms: number) => Promise<void>): HeldReplies {
  const waiting = new Set<Held>();
  return {
    hold: ({ entry, until, maxMs }) =>
      new Promise((resolve) => {
        const held: Held = {
          entry,
          until,
          release(isDelivered) {
            waiting.delete(held);
            resolve(isDelivered);
          },
        };
        waiting.add(held);
        void sleep(maxMs).then(() => held.release(true));
      }),
    passed() {
      for (const held of waiting) {
        if (held.until !== 'reply-passes') continue;
        held.release(true);
        return;
      }
    },
    lose(entry) {
      for (const held of [...waiting]) if (held.entry === entry) held.release(false);
    },
    releaseAll() {
      for (const held of [...waiting]) held.release(true);
    },
  };
}
