import type { NotApplicable, PlannedFault, PlannedTarget } from '../model/plan.ts';

/** Faults without which a situation cannot come about; one entry that fits is enough. */
const NEEDS: Readonly<Record<string, { readonly fault: string; fits?(entry: PlannedFault): boolean }>> = {
  'drain-with-work-in-flight': { fault: 'F13' },
  'duplicate-delivered': { fault: 'F8', fits: ({ options }) => options.form === 'delivery' },
  'duplicate-probe-answered': { fault: 'F8', fits: ({ options }) => options.form === 'probe' },
  'effect-before-lost-receipt': { fault: 'F5' },
  'gateway-gave-up': { fault: 'F31' },
  'kill-after-ack': { fault: 'F12' },
  'kill-between-effect-commit-and-ack': {
    fault: 'F12',
    fits: ({ trigger }) => trigger.kind === 'event' && trigger.hold === true,
  },
  'kill-mid-work': { fault: 'F12' },
  'lost-receipt-retried': { fault: 'F5' },
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
  const isThere = faults.some((entry) => entry.fault === need.fault && (need.fits?.(entry) ?? true));
  if (isThere) return null;
  const reason = notApplicable.find(({ kind, id }) => kind === 'fault' && id === need.fault)?.reason;
  return reason ?? `the plan holds no ${need.fault} that could lead there`;
}

/** Where the server answers with a receipt at once, a gateway in front of it has nothing to lose patience with. */
export function missingWait(
  situation: string,
  { dialect }: PlannedTarget,
  policies: ReadonlySet<string>,
): string | null {
  if (situation !== 'gateway-gave-up' || dialect === 'blocking') return null;
  const waits = dialect === 'tasks-2025-11-25' && (policies.has('waiter') || policies.has('blocking'));
  return waits ? null : 'every request is answered at once in this dialect, before any gateway gives up';
}
