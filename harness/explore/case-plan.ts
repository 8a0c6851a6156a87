import { faultUnits } from '../faults/index.ts';
import { PLAN_SCHEMA, type Plan, type PlannedCall, type PlannedFault, VIRTUAL_DEFAULTS } from '../model/plan.ts';
import { createPrng } from '../model/prng.ts';
import { withRaces } from '../plan/planned-cancel.ts';
import {
  type CaseCall,
  type CaseFault,
  type CaseSetting,
  type ExplorationCase,
  withFaultsAimed,
} from './exploration-case.ts';

// Ten times the longest work a case can ask for, and the longest fault on top: a correct server always makes it. What waits
// in vain costs nothing but polls.
const SLA_MS = 20_000;

// Small enough that a lost reply does not fill the run with waiting, large enough for the slowest answer under latency.
const REQUEST_MS = 2000;

const LIMITS: Plan['limits'] = {
  requestMs: REQUEST_MS,
  blockingMs: SLA_MS,
  // Longer than a store can be in trouble, which a server rightly waits for.
  readyMs: 15_000,
  // A limit, not an expectation: agents give up long before.
  runMs: 600_000,
  stopMs: 5000,
};

// Where nothing but the server itself can hold up its return: a hundred times what a boot takes here.
const READY_ALONE_MS = 4000;

/** Faults that are over when the server is back; any other may be in the way of its first answers. */
const OVER_AT_BOOT: readonly string[] = ['F12', 'F13', 'F26', 'F28'];

const RETRY = { attemptsMax: 12, delayMs: 50, factor: 2, delayMsMax: 1000 };

/** The whole plan of a case, in virtual time. Pure: the same case and setting give the same plan. */
export function planOf(drawn: ExplorationCase, setting: CaseSetting): Plan {
  const keyed = drawn.settings.ttlMs === undefined ? drawn : withoutKeys(drawn);
  const one = withoutUnansweredProbes(withFaultsAimed(keyed));
  const { target, seed, claimcheck } = setting;
  const { facts } = target;
  const faults = faultsOf(one, target.transport === 'stdio');
  const calls = withRaces(callsOf(one, setting), faults, createPrng(seed).fork('races'));
  const { linkMsMax, storeMsMax } = one.machine;
  return {
    schema: PLAN_SCHEMA,
    claimcheck,
    scenario: 'explore',
    title: 'An explored schedule',
    seed,
    time: 'virtual',
    target: Object.keys(one.settings).length === 0 ? target : { ...target, settings: one.settings },
    agents: {
      count: Math.max(1, one.agents.length),
      policy: calls[0]?.policy ?? 'poller',
      backoff: one.backoff,
      retry: { ...RETRY, key: facts.key ? one.retryKey : 'none' },
      busyMs: 0,
    },
    load: { id: 'closed', model: 'closed', options: {} },
    calls,
    faults,
    slaMs: SLA_MS,
    limits: faults.every(({ fault }) => OVER_AT_BOOT.includes(fault)) ? { ...LIMITS, readyMs: READY_ALONE_MS } : LIMITS,
    thresholds: [],
    mustReach: [],
    notApplicable: [],
    record: 'full',
    virtual: { ...VIRTUAL_DEFAULTS, linkMs: [1, linkMsMax], storeMs: [1, storeMsMax] },
  };
}

/**
 * A server may forget a key together with the result it led to. Where results live shorter than the patience of agents, a call
 * sent again may thus be done again, and that is nobody's fault: such cases go without keys.
 */
function withoutKeys(one: ExplorationCase): ExplorationCase {
  return {
    ...one,
    agents: one.agents.map((calls) => calls.map((call) => ({ ...call, key: 'none' as const }))),
    retryKey: 'none',
    faults: one.faults
      .filter(({ options }) => options.form !== 'probe')
      .map((fault) => (fault.fault === 'F9' ? { ...fault, options: { ...fault.options, key: 'none' } } : fault)),
  };
}

/**
 * Without a key a probe begins a second task, which its agent does not wait for. Where that task asks for something, nobody
 * answers, and it rightly waits for ever.
 */
function withoutUnansweredProbes(one: ExplorationCase): ExplorationCase {
  const calls = one.agents.flat();
  const isUnanswered = ({ trigger, options }: CaseFault) => {
    if (trigger.kind !== 'call' || options.form !== 'probe') return false;
    const call = calls[trigger.call - 1];
    return call?.tool === 'asking' && call.key === 'none';
  };
  return { ...one, faults: one.faults.filter((fault) => !isUnanswered(fault)) };
}

function callsOf({ agents }: ExplorationCase, { target, seed }: CaseSetting): readonly PlannedCall[] {
  const calls: PlannedCall[] = [];
  const run = seed.toString(16).padStart(8, '0');
  for (const [index, own] of agents.entries()) {
    for (const call of own) calls.push(plannedCall(call, { agent: index + 1, number: calls.length + 1, run, target }));
  }
  return calls;
}

function plannedCall(
  call: CaseCall,
  { agent, number, run, target }: { agent: number; number: number; run: string; target: CaseSetting['target'] },
): PlannedCall {
  const { facts } = target;
  const own = number.toString(16).padStart(4, '0');
  const key = call.key === 'shared' ? `shared-${run}` : `key-${run}-${own}`;
  return {
    call: number,
    agent,
    atMs: null,
    thinkMs: call.thinkMs,
    tool: call.tool,
    ms: facts.variesDuration ? call.ms : facts.takesMs,
    mode: call.tool === 'effect' ? call.mode : null,
    token: `tk${run}${own}`,
    key: facts.key && call.key !== 'none' ? key : null,
    policy: call.policy,
    busyMs: call.busyMs,
    cancelAfterMs: call.cancelAfterMs,
  };
}

/** Every fault with its number and its call; two that would be the same entry twice are one. */
function faultsOf(one: ExplorationCase, isPipe: boolean): readonly PlannedFault[] {
  const counts = new Map<string, number>();
  const seen = new Set<string>();
  const planned: PlannedFault[] = [];
  const add = ({ fault, trigger, options }: CaseFault) => {
    const meta = faultUnits[fault]?.meta;
    if (!meta) throw new Error(`expected a registered fault, got ${fault}`);
    const number = (counts.get(fault) ?? 0) + 1;
    counts.set(fault, number);
    // A pipe has no reset and no FIN for one message: its client just never hears again.
    const own = fault === 'F5' && isPipe ? { ...options, how: 'hang' } : options;
    planned.push({
      entry: `${fault}#${number}`,
      fault,
      name: meta.name,
      trigger,
      options: { ...meta.options, ...own },
      // A search throws what it has and looks what comes of it: of what missed nothing did, and the rest is judged.
      mayMiss: true,
    });
  };
  for (const fault of one.faults) {
    const place = `${fault.fault} ${JSON.stringify(fault.trigger)}`;
    if (seen.has(place)) continue;
    seen.add(place);
    add(fault);
    // An agent's patience only runs out when the receipt does not come, so this one never does.
    if (fault.fault === 'F9' && fault.trigger.kind === 'call') add(hangingReceipt(fault.trigger.call));
  }
  return planned;
}

function hangingReceipt(call: number): CaseFault {
  const trigger = { kind: 'message', direction: 'reply', op: 'create', call, attempt: 1 } as const;
  return { fault: 'F5', trigger, options: { how: 'hang' } };
}
