import type { NotApplicable, Plan, PlannedFault, PlannedTarget, Trigger } from '../model/plan.ts';

/** Faults without which a situation cannot come about; one entry that fits is enough. */
const NEEDS: Readonly<Record<string, { readonly faults: readonly string[]; fits?(entry: PlannedFault): boolean }>> = {
  'drain-with-work-in-flight': { faults: ['F13'] },
  'duplicate-delivered': { faults: ['F8'], fits: ({ options }) => options.form === 'delivery' },
  'duplicate-probe-answered': { faults: ['F8'], fits: ({ options }) => options.form === 'probe' },
  'effect-before-lost-receipt': { faults: ['F5'] },
  'gateway-gave-up': { faults: ['F31'] },
  'input-over-restart': { faults: ['F12', 'F13'] },
  'kill-after-ack': { faults: ['F12'] },
  'kill-between-effect-commit-and-ack': {
    faults: ['F12'],
    fits: ({ trigger }) => trigger.kind === 'event' && trigger.hold === true,
  },
  'kill-mid-work': { faults: ['F12'] },
  'lost-receipt-retried': { faults: ['F4', 'F5', 'F9', 'F12'] },
  'store-lost-a-task': { faults: ['F21'] },
  'read-served-by-later-boot': { faults: ['F12', 'F13', 'F16', 'F17', 'F25'] },
  'work-taken-over': { faults: ['F14', 'F18', 'F24'] },
};

/** Why a situation cannot be reached with the faults that are left in the plan; null: it can. */
export function missingFault(
  situation: string,
  faults: readonly PlannedFault[],
  notApplicable: readonly NotApplicable[],
): string | null {
  if (situation === 'fault-overlaps-work' && faults.length === 0) return 'no fault is left in the plan';
  const need = NEEDS[situation];
  if (!need) return null;
  const isThere = faults.some((entry) => need.faults.includes(entry.fault) && (need.fits?.(entry) ?? true));
  if (isThere) return null;
  const reason = notApplicable.find(({ kind, id }) => kind === 'fault' && need.faults.includes(id))?.reason;
  return reason ?? `the plan holds no ${need.faults.join(' or ')} that could lead there`;
}

/**
 * Where the server answers with a receipt at once, a gateway in front of it has nothing to lose patience with: only the
 * blocking fetch of tasks-2025-11-25 takes long, if agents use it and a gateway stands in front of it. null: one can give up.
 */
export function missingWait(
  situation: string,
  { dialect }: PlannedTarget,
  plan: { readonly policies: ReadonlySet<string>; readonly faults: readonly PlannedFault[] },
): string | null {
  if (situation !== 'gateway-gave-up' || dialect === 'blocking') return null;
  const isFetching = dialect === 'tasks-2025-11-25' && (plan.policies.has('waiter') || plan.policies.has('blocking'));
  const isGuarded = plan.faults.some(({ fault, trigger }) => fault === 'F31' && isOfResults(trigger));
  if (isFetching && isGuarded) return null;
  return 'every request a gateway stands in front of is answered at once in this dialect, before it gives up';
}

/** Why no call of this plan can lead there: nobody cancels, or the server cannot be set to it. null: one can. */
export function missingRace(
  situation: string,
  { calls, notApplicable }: Pick<Plan, 'calls' | 'notApplicable'>,
): string | null {
  if (situation === 'cancel-won' || situation === 'cancel-lost') {
    return calls.some(({ cancelAfterMs }) => cancelAfterMs !== null) ? null : 'no call of the plan is cancelled';
  }
  const setting = SETTINGS[situation];
  if (setting === undefined) return null;
  return notApplicable.find(({ kind, id }) => kind === 'setting' && id === setting)?.reason ?? null;
}

/** What the server must have been set to. */
const SETTINGS: Readonly<Record<string, string>> = {
  'expiry-seen': 'ttlMs',
  'poll-refused': 'pollsPerSecond',
  'circuit-refused': 'breakerFailures',
  'circuit-closed-again': 'breakerFailures',
};

function isOfResults(trigger: Trigger): boolean {
  if (trigger.kind === 'message') return trigger.op === 'result';
  return trigger.kind === 'messages' && (trigger.op === undefined || trigger.op === 'result');
}
