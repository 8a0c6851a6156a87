import type { PlannedBackoff, PlannedFault, PlannedTarget, ServerSettings, Trigger } from '../model/plan.ts';

/**
 * What one explored run does, as plain data that prints and shrinks well; `planOf` makes a whole plan of it. Calls are
 * numbered 1, 2 … agent by agent. A fault names its call by any number from 1 on: it is taken modulo the number of calls, and
 * means the next call from there on at which it can strike.
 */
export interface ExplorationCase {
  /** One list of calls an agent, in the order in which it makes them. */
  readonly agents: readonly (readonly CaseCall[])[];
  readonly backoff: PlannedBackoff;
  /** What agents send when nobody knows whether a create happened. */
  readonly retryKey: 'same' | 'new' | 'none';
  readonly faults: readonly CaseFault[];
  /** What the server is set to, where it can be. */
  readonly settings: ServerSettings;
  /** The slowest message and the slowest store operation of the machine, ms. */
  readonly machine: { readonly linkMsMax: number; readonly storeMsMax: number };
}

export interface CaseCall {
  readonly tool: string;
  readonly mode: string | null;
  readonly ms: number;
  readonly thinkMs: number;
  readonly busyMs: number;
  readonly policy: string;
  /** `shared`: one key that all such calls carry, whoever makes them. */
  readonly key: 'own' | 'none' | 'shared';
  readonly cancelAfterMs: number | null;
}

export type CaseFault = Pick<PlannedFault, 'fault' | 'trigger' | 'options'>;

/** Where a run takes place, and under which number. */
export interface CaseSetting {
  readonly target: PlannedTarget;
  readonly seed: number;
  /** Version of this package. */
  readonly claimcheck: string;
}

export function callCountOf({ agents }: ExplorationCase): number {
  return agents.reduce((sum, calls) => sum + calls.length, 0);
}

/** The call a number means in a case of so many calls. */
export function callNamed(number: number, callCount: number): number {
  return callCount === 0 ? number : ((number - 1) % callCount) + 1;
}

/** The same fault, aimed at another call; one that aims at no call stays as it is. */
export function aimedAt(fault: CaseFault, call: number): CaseFault {
  const { trigger } = fault;
  return 'call' in trigger ? { ...fault, trigger: { ...trigger, call } } : fault;
}

/**
 * Every fault with the call that it strikes. One at a message that no call of the case sends, or at a moment that none comes
 * to, could only miss and is left out.
 */
export function withFaultsAimed(one: ExplorationCase): ExplorationCase {
  const calls = one.agents.flat();
  const raced = new Set(
    one.faults.flatMap(({ fault, trigger }) =>
      fault === 'F28' && 'call' in trigger ? [callNamed(trigger.call, calls.length)] : [],
    ),
  );
  const faults = one.faults.flatMap((fault) => {
    const { trigger } = fault;
    if (!('call' in trigger)) return [fault];
    const numbers = calls.map((_, step) => callNamed(trigger.call + step, calls.length));
    const struck = numbers.find((number) => {
      const call = calls[number - 1];
      return call !== undefined && hasPlaceFor(trigger, call, raced.has(number));
    });
    return struck === undefined ? [] : [aimedAt(fault, struck)];
  });
  return { ...one, faults };
}

/** The call sends the message, or comes to the moment, unless another fault is in the way. */
function hasPlaceFor(trigger: Trigger, call: CaseCall, isRaced: boolean): boolean {
  const place = trigger.kind === 'message' ? trigger.op : trigger.kind === 'event' ? trigger.on : null;
  switch (place) {
    case 'cancel':
      return isRaced || call.cancelAfterMs !== null;
    case 'update':
    case 'input-required-seen':
      return call.tool === 'asking';
    case 'commit':
      return !isToFail(call);
    default:
      return true;
  }
}

/** It ends before its effect. */
function isToFail({ tool, mode }: CaseCall): boolean {
  return tool === 'failing' || (tool === 'effect' && (mode === 'error' || mode === 'throw'));
}
