import { type Plan, VIRTUAL_DEFAULTS } from '../model/plan.ts';
import { planOf } from './case-plan.ts';
import type { CaseCall, CaseSetting } from './exploration-case.ts';

/**
 * Two agents with two calls each, of which one is cancelled where the target can cancel: small enough that every point of it
 * can be tried, and with every operation in it. The first agent polls, the second waits in the blocking fetch.
 */
export function smallPlan(setting: CaseSetting): Plan {
  const { facts, dialect } = setting.target;
  const isBlocking = dialect === 'blocking';
  const call = (ms: number, policy: string, cancelAfterMs: number | null = null): CaseCall => ({
    tool: 'work',
    mode: null,
    ms,
    thinkMs: 0,
    busyMs: 0,
    policy: isBlocking ? 'blocking' : policy,
    key: 'own',
    cancelAfterMs: facts.cancel && !isBlocking ? cancelAfterMs : null,
  });
  const plan = planOf(
    {
      agents: [
        [call(60, 'poller'), call(20, 'poller')],
        [call(40, 'waiter'), call(60, 'poller', 30)],
      ],
      backoff: { id: 'fixed', options: { intervalMs: 40 } },
      retryKey: 'same',
      faults: [],
      settings: {},
      machine: { linkMsMax: VIRTUAL_DEFAULTS.linkMs[1], storeMsMax: VIRTUAL_DEFAULTS.storeMs[1] },
    },
    setting,
  );
  return { ...plan, scenario: 'every-point', title: 'Two agents with two calls each' };
}
