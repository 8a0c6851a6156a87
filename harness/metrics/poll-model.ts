/**
 * What polling costs in theory: a task of length L, polled at fixed instants after its receipt, is found by the first
 * poll at or after L. Pure reference vectors to hold measured polls and detection lags against. All times are ms.
 */
export interface PollOutcome {
  /** Polls until the task was seen terminal, that one included. */
  readonly polls: number;
  /** From the end of the task to the poll that saw it. */
  readonly lagMs: number;
}

/** Polls at initial, then after delays that grow by `factor` up to the cap: 1 s, 3 s, 7 s, 15 s, 31 s, 61 s, … */
export function* exponentialInstants(
  options: { readonly initialMs: number; readonly factor: number; readonly capMs: number } = {
    initialMs: 1000,
    factor: 2,
    capMs: 30_000,
  },
): Generator<number, never> {
  let delayMs = Math.min(options.initialMs, options.capMs);
  for (let atMs = delayMs; ; atMs += delayMs) {
    yield atMs;
    delayMs = Math.min(delayMs * options.factor, options.capMs);
  }
}

export function* fixedInstants(intervalMs: number): Generator<number, never> {
  for (let poll = 1; ; poll += 1) yield poll * intervalMs;
}

/** The first `count` instants of a policy. */
export function takeInstants(instants: Iterable<number>, count: number): readonly number[] {
  const taken: number[] = [];
  for (const instant of instants) {
    if (taken.length === count) break;
    taken.push(instant);
  }
  return taken;
}

/** Polls and lag of a task of this length. null: the policy's instants end before the task does (it gave up). */
export function pollModel(instants: Iterable<number>, lengthMs: number): PollOutcome | null {
  let polls = 0;
  for (const instant of instants) {
    polls += 1;
    if (instant >= lengthMs) return { polls, lagMs: instant - lengthMs };
  }
  return null;
}
