import type { Accepted, EvaluationHost, HostCall, Polled } from '../../model/evaluation/host.ts';

/** A host in front of another: what a model must not send is refused here and goes no further. */
export interface OfferedHost extends EvaluationHost {
  /** The next call is refused with this reason; null: it goes out. */
  refuseNext(why: string | null): void;
  /** What the last read of a job said, by whom ever. */
  lastSeen(job: number): Polled | null;
}

export function createOfferedHost(host: EvaluationHost): OfferedHost {
  let refusal: string | null = null;
  const refused = new Set<number>();
  const seen = new Map<number, Polled>();
  return {
    now: () => host.now(),
    sleep: (untilMs, wake) => host.sleep(untilMs, wake),
    send(call: HostCall): Promise<Accepted> {
      if (refusal === null) return host.send(call);
      refused.add(call.job);
      return Promise.resolve({ kind: 'refused', why: refusal });
    },
    async poll(job) {
      const polled = await host.poll(job);
      seen.set(job, polled);
      return polled;
    },
    settled: (job) => host.settled(job),
    forget(job) {
      if (!refused.has(job)) host.forget(job);
    },
    onPoll: (listener) => host.onPoll(listener),
    stateOf: (workspace) => host.stateOf(workspace),
    refuseNext(why) {
      refusal = why;
    },
    lastSeen: (job) => seen.get(job) ?? null,
  };
}
