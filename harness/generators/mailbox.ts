/** Messages in the order they came, until somebody takes them. */
export interface Mailbox<Message extends { readonly kind: string }> {
  put(message: Message): void;
  /** The next message of one of these kinds; rejects when the mailbox fails. */
  take<Kind extends Message['kind']>(...kinds: readonly Kind[]): Promise<Extract<Message, { readonly kind: Kind }>>;
  /** Nothing more will come: whoever waits, and whoever comes, gets this. */
  fail(error: Error): void;
  /** Rejects when it has failed; never resolves. */
  readonly failed: Promise<never>;
}

export function createMailbox<Message extends { readonly kind: string }>(): Mailbox<Message> {
  const kept: Message[] = [];
  const waiting = new Set<() => void>();
  let failure: Error | null = null;
  let reject: (error: Error) => void = () => {};
  const failed = new Promise<never>((_resolve, rejectIt) => {
    reject = rejectIt;
  });
  // Nobody may be waiting.
  failed.catch(() => {});
  const wake = () => {
    for (const look of [...waiting]) look();
  };
  return {
    put(message) {
      kept.push(message);
      wake();
    },
    take<Kind extends Message['kind']>(...kinds: readonly Kind[]) {
      type Wanted = Extract<Message, { readonly kind: Kind }>;
      const isWanted = (message: Message): message is Wanted => kinds.some((kind) => kind === message.kind);
      return new Promise<Wanted>((resolve, refuse) => {
        const look = () => {
          const message = kept.find(isWanted);
          if (message === undefined && failure === null) return;
          waiting.delete(look);
          if (message === undefined) return refuse(failure);
          kept.splice(kept.indexOf(message), 1);
          resolve(message);
        };
        waiting.add(look);
        look();
      });
    },
    failed,
    fail(error) {
      failure ??= error;
      reject(failure);
      wake();
    },
  };
}
