import { VIRTUAL_DEFAULTS } from '../model/plan.ts';
import type { CaseCall, CaseFault, ExplorationCase } from './exploration-case.ts';

/**
 * Plainer forms of a case that go further in one step than shrinking a number would: no cancel at all, the simplest agent,
 * a strike right at its moment. Whole fields first, for all calls and then for each. Lazy.
 */
export function* simplifications(one: ExplorationCase): Iterable<ExplorationCase> {
  const [first] = one.agents[0] ?? [];
  if (first === undefined) return;
  const plain = plainCall(first);
  for (const field of FIELDS) {
    yield withCall(one, (call) => ({ ...call, [field]: plain[field] }));
  }
  for (const [agent, calls] of one.agents.entries()) {
    for (const index of calls.keys()) {
      for (const field of FIELDS) {
        yield withCall(one, (call, at) =>
          at.agent === agent && at.index === index ? { ...call, [field]: plain[field] } : call,
        );
      }
    }
  }
  yield { ...one, machine: QUIET };
  yield { ...one, settings: {} };
  if (one.retryKey !== 'same') yield { ...one, retryKey: 'same' };
  for (const [index, fault] of one.faults.entries()) {
    for (const simpler of simplerFaults(fault)) yield { ...one, faults: one.faults.with(index, simpler) };
  }
  // Two agents that need not be two.
  if (one.agents.length > 1) yield { ...one, agents: [one.agents.flat()] };
}

/** The machine where nothing else is said. */
const QUIET: ExplorationCase['machine'] = {
  linkMsMax: VIRTUAL_DEFAULTS.linkMs[1],
  storeMsMax: VIRTUAL_DEFAULTS.storeMs[1],
};

const FIELDS = ['cancelAfterMs', 'policy', 'mode', 'tool', 'key', 'busyMs', 'thinkMs'] as const;

function plainCall({ policy, key, mode, tool }: CaseCall): Pick<CaseCall, (typeof FIELDS)[number]> {
  return {
    cancelAfterMs: null,
    policy: policy === 'blocking' ? policy : 'poller',
    mode: mode === null || tool !== 'effect' ? mode : null,
    tool: tool === 'effect' ? tool : 'work',
    key: key === 'none' ? key : 'own',
    busyMs: 0,
    thinkMs: 0,
  };
}

function withCall(
  one: ExplorationCase,
  change: (call: CaseCall, at: { readonly agent: number; readonly index: number }) => CaseCall,
): ExplorationCase {
  return {
    ...one,
    agents: one.agents.map((calls, agent) => calls.map((call, index) => change(call, { agent, index }))),
  };
}

function* simplerFaults(fault: CaseFault): Iterable<CaseFault> {
  const { trigger, options } = fault;
  if (trigger.kind === 'event') {
    if (trigger.hold === true) {
      const { hold: _hold, ...plain } = trigger;
      yield { ...fault, trigger: plain };
    }
    if (trigger.ms !== 0) yield { ...fault, trigger: { ...trigger, ms: 0 } };
  }
  if (trigger.kind === 'message' && trigger.attempt !== 1) yield { ...fault, trigger: { ...trigger, attempt: 1 } };
  if (options.torn === true) yield { ...fault, options: { ...options, torn: false } };
}
