import { ackLatencyNs } from '../metrics/ack-latency.ts';
import { detectionLagNs } from '../metrics/detection-lag.ts';
import { endToEndNs } from '../metrics/end-to-end.ts';
import { attempts, intendedT, sentCalls } from '../metrics/timeline.ts';
import { msOf } from '../model/clock.ts';
import { least } from '../model/extreme.ts';
import { fatesOf } from '../model/fates.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import { pollFigures } from '../model/poll-tally.ts';
import type { Fate } from '../model/verdict.ts';

/** What a comparison needs of one run: a line a call that was sent, in the order of the plan. Times are ms. */
export interface RunSample {
  readonly calls: readonly CallSample[];
}

export interface CallSample {
  readonly call: number;
  readonly fate: Fate;
  /** null: it never had a receipt. */
  readonly ackMs: number | null;
  /** From the end of its work until its agent saw it; null: it never did, or nobody can date it. */
  readonly lagMs: number | null;
  /** The work ended, as far as anybody can tell, so that a lag that is missing never came. */
  readonly isDated: boolean;
  /** From its intended start until its agent had the result; null: it never had. */
  readonly totalMs: number | null;
  /** Until its caller knew how it stands: had a result or a failure, or was refused and gave up; null: it never did. */
  readonly answeredMs: number | null;
  readonly polls: number;
  /** A client or a gateway stopped waiting for a create or a blocking read of it. */
  readonly timedOut: boolean;
}

/** The samples of a run. A call that never was sent has none: the run was cut short. */
export function sampleRun(plan: Plan, history: HistoryIndex): RunSample {
  const polls = pollFigures(history);
  const fates = new Map(fatesOf(plan, history).map(({ call, fate }) => [call, fate]));
  return {
    calls: sentCalls(history).map((call): CallSample => {
      const number = call.planned.call;
      const lagNs = call.acks.length === 0 ? null : detectionLagNs(plan, history, call);
      return {
        call: number,
        fate: fates.get(number) ?? 'open',
        ackMs: msOrNull(ackLatencyNs(call)),
        lagMs: msOrNull(lagNs ?? null),
        isDated: lagNs !== undefined,
        totalMs: msOrNull(endToEndNs(call)),
        answeredMs: msOrNull(answeredNs(call)),
        polls: polls.byCall.get(number)?.count ?? 0,
        timedOut: timedOut(call),
      };
    }),
  };
}

function answeredNs(call: CallView): number | null {
  const start = intendedT(call);
  const ends = [...call.knows, ...call.quits].map(({ t }) => t);
  return start === null || ends.length === 0 ? null : least(ends) - start;
}

function timedOut(call: CallView): boolean {
  const reads = call.reads.filter(({ inv }) => inv.agent !== 'auditor');
  return [...attempts(call), ...reads].some(
    ({ end }) => end !== null && end.kind !== 'ok' && (end.reason === 'timeout' || end.gateway === true),
  );
}

function msOrNull(ns: number | null): number | null {
  return ns === null ? null : msOf(ns);
}
