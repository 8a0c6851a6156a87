import type { FromGenerator, ToGenerator } from './message.ts';

/** What a generator has of whoever divides the load. */
export interface GeneratorSide {
  /** Resolves when it has gone out. */
  say(message: FromGenerator): Promise<void>;
  /** Hears everything from its first message on; called once. */
  onMessage(listener: (message: ToGenerator) => void): void;
  /** Aborted when nobody wants the load any more. */
  readonly signal: AbortSignal;
}

/** What whoever divides the load has of one generator. */
export interface GeneratorLink extends AsyncDisposable {
  /** g1, g2 … */
  readonly name: string;
  tell(message: ToGenerator): Promise<void>;
  /** Hears everything from its first message on; called once. */
  onMessage(listener: (message: FromGenerator) => void): void;
  /** Resolves, with the reason, when it will say nothing more and has not said that it is done. */
  readonly lost: Promise<string>;
}

/** Where generators come from. */
export interface GeneratorSource {
  /** As it stands behind "3 generators". */
  readonly where: string;
  /** Throws a UsageError when there are not so many. */
  open(options: {
    readonly count: number;
    readonly signal: AbortSignal;
    /** For what those on this machine keep while they are at work; whoever opens them removes it. */
    readonly scratch: string;
  }): Promise<readonly GeneratorLink[]>;
}

/** Keeps what comes before anybody listens. */
export interface Inlet<Message> {
  deliver(message: Message): void;
  onMessage(listener: (message: Message) => void): void;
}

export function createInlet<Message>(): Inlet<Message> {
  const backlog: Message[] = [];
  let hear: ((message: Message) => void) | null = null;
  return {
    deliver(message) {
      if (hear === null) backlog.push(message);
      else hear(message);
    },
    onMessage(listener) {
      hear = listener;
      for (const message of backlog.splice(0)) listener(message);
    },
  };
}
