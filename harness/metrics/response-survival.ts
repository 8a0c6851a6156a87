import { NS_PER_MS } from '../model/clock.ts';
import type { Exchange } from '../model/history-index.ts';
import type { Metric } from '../model/metric.ts';
import { attempts } from './timeline.ts';

/** Client and platform time limits met in practice, ms, and a tenth of each for runs at a tenth of the scale. */
export const SURVIVAL_POINTS_MS = [700, 1000, 3000, 6000, 7000, 10_000, 12_000, 30_000, 60_000, 120_000] as const;

/**
 * Share of create requests that had no answer of the server after so many ms: which client time limit would have struck.
 * A request whose reply was lost, whose client stopped waiting or whose gateway answered in the server's place never had
 * one. A request still open when the run ended is censored there (Kaplan-Meier); points beyond the last request that was
 * watched so long are left out. null: no create was sent.
 */
export const responseSurvival: Metric = {
  meta: {
    id: 'response-survival',
    title: 'Unanswered after',
    description:
      'Share of create requests without an answer of the server after 7, 10, 30, 60, 120 s and a tenth of these.',
    type: 'curve',
    unit: 'ratio',
    better: 'lower',
  },
  measure({ history }) {
    const requests = history.calls.flatMap((call) => attempts(call)).map((exchange) => waitOf(exchange, history.endT));
    if (requests.length === 0) return null;
    return { type: 'curve', unit: 'ratio', count: requests.length, at: survival(requests) };
  },
};

interface Wait {
  readonly ns: number;
  readonly ended: 'answered' | 'never' | 'open';
}

function waitOf({ inv, end }: Exchange, endT: number): Wait {
  if (end === null) return { ns: endT - inv.t, ended: 'open' };
  const answered = end.kind === 'ok' || (end.gateway !== true && (end.answered === true || end.kind === 'fail'));
  return answered ? { ns: end.t - inv.t, ended: 'answered' } : { ns: Number.POSITIVE_INFINITY, ended: 'never' };
}

function survival(waits: readonly Wait[]): Record<string, number> {
  const ascending = [...waits].sort((a, b) => a.ns - b.ns);
  const at: Record<string, number> = {};
  let share = 1;
  let next = 0;
  for (const pointMs of SURVIVAL_POINTS_MS) {
    const pointNs = pointMs * NS_PER_MS;
    for (; (ascending[next]?.ns ?? Number.POSITIVE_INFINITY) <= pointNs; next += 1) {
      const atRisk = ascending.length - next;
      if (ascending[next]?.ended === 'answered') share *= (atRisk - 1) / atRisk;
    }
    if (next === ascending.length && share > 0) break;
    at[String(pointMs)] = Math.round(share * 1e6) / 1e6;
  }
  return at;
}
