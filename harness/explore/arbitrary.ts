import fc from 'fast-check';
import { congruential32 } from 'pure-rand/generator/congruential32';
import { hasModernTasks } from '../model/operation.ts';
import type { PlannedTarget } from '../model/plan.ts';
import type { CaseCall, ExplorationCase } from './exploration-case.ts';
import { type FaultFamily, faultFamilies } from './fault-families.ts';

const AGENTS_MAX = 5;
const CALLS_MAX = 4;
/** More than a handful hide each other. */
const FAULTS_MAX = 6;
/** Weights of the families a swarm leaves on: from one in a hundred to nearly all. */
const WEIGHTS = [1, 3, 10, 30, 100] as const;
// Every drawn value is one of the small and large ones in half of the cases: bugs live at the ends.
const BIAS = 2;

/** What a person takes in at a glance. */
export const SMALL = { calls: 2, faults: 2 } as const;

/** Draws exploration cases for one target. */
export interface CaseArbitrary {
  /** The case of this seed: the same seed, the same case. */
  draw(seed: number): ExplorationCase;
  /** The same with `SMALL` at most: two calls can be drawn in ways that no larger case shrinks to. */
  drawSmall(seed: number): ExplorationCase;
  /** Smaller cases of the same form, best first. Lazy. */
  smaller(one: ExplorationCase): Iterable<ExplorationCase>;
  /** Families of faults it draws from. */
  readonly families: readonly string[];
}

/** What is not left to chance. */
export interface CaseShape {
  /** So many agents, with so many calls each; absent: drawn. */
  readonly agents?: number;
  readonly calls?: number;
  /** Only these fault codes; absent: all that are possible. */
  readonly faults?: readonly string[];
}

/**
 * Swarm style: each draw switches a part of the fault families off and weights the rest wildly, so that rare faults also come
 * alone and in numbers. Nothing is drawn that the target makes impossible.
 */
export function createCaseArbitrary(target: PlannedTarget, shape: CaseShape = {}): CaseArbitrary {
  const wanted = shape.faults;
  const families = faultFamilies(target).filter(({ fault }) => wanted === undefined || wanted.includes(fault));
  const settings = settingsArbitrary(target);
  const parts = { agents: agentsArbitrary(target, shape), settings };
  const few = { agents: fewCallsArbitrary(target), settings };
  const all = families.map(({ draw }) => draw);
  // Shrinking may go below the shape: the smallest story is wanted, whatever it was drawn from.
  const smallest = { agents: agentsArbitrary(target, {}), settings };
  const everything = caseArbitrary(smallest, all.length === 0 ? null : fc.oneof(...all));
  const drawn = (seed: number, from: CaseParts, faultsMax: number) => {
    const random = new fc.Random(congruential32(seed));
    const swarm = drawSwarm(families, random);
    const faults = swarm.length === 0 ? null : fc.oneof(...swarm);
    return caseArbitrary(from, faults, faultsMax).generate(random, BIAS).value;
  };
  return {
    families: families.map(({ id }) => id),
    draw: (seed) => drawn(seed, parts, FAULTS_MAX),
    drawSmall: (seed) => drawn(seed, few, SMALL.faults),
    *smaller(one) {
      for (const candidate of everything.shrink(one, undefined)) yield candidate.value;
    },
  };
}

/** Families that are on in this draw, with their weights. */
function drawSwarm(
  families: readonly FaultFamily[],
  random: fc.Random,
): { readonly arbitrary: FaultFamily['draw']; readonly weight: number }[] {
  // How many are on differs from draw to draw as well: from nearly none to nearly all.
  const sharePercent = random.nextInt(5, 95);
  return families.flatMap(({ draw }) => {
    const isOn = random.nextInt(1, 100) <= sharePercent;
    const weight = WEIGHTS[random.nextInt(0, WEIGHTS.length - 1)] ?? 1;
    return isOn ? [{ arbitrary: draw, weight }] : [];
  });
}

interface CaseParts {
  readonly agents: fc.Arbitrary<ExplorationCase['agents']>;
  readonly settings: fc.Arbitrary<ExplorationCase['settings']>;
}

function caseArbitrary(
  parts: CaseParts,
  fault: FaultFamily['draw'] | null,
  faultsMax = FAULTS_MAX,
): fc.Arbitrary<ExplorationCase> {
  return fc.record({
    ...parts,
    backoff: BACKOFF,
    retryKey: RETRY_KEY,
    machine: MACHINE,
    faults: fault === null ? fc.constant([]) : fc.array(fault, { maxLength: faultsMax, size: 'max' }),
  });
}

/** Mostly quiet; sometimes everything takes its time, so that steps of the server lie far apart. */
const MACHINE: fc.Arbitrary<ExplorationCase['machine']> = fc.record({
  linkMsMax: fc.oneof(
    { arbitrary: fc.constant(2), weight: 3 },
    { arbitrary: fc.integer({ min: 2, max: 60 }), weight: 1 },
  ),
  storeMsMax: fc.oneof(
    { arbitrary: fc.constant(3), weight: 3 },
    { arbitrary: fc.integer({ min: 3, max: 60 }), weight: 1 },
  ),
});

/** Shorter than much of the work, so that tasks end while others are young; or as long as a whole run. */
const TTL_MS = fc.oneof(fc.integer({ min: 20, max: 400 }), fc.integer({ min: 400, max: 5000 }));

/** A ttl that passes while there are tasks, in one case of five: everything a server keeps then has an end. */
function settingsArbitrary({ facts, dialect }: PlannedTarget): fc.Arbitrary<ExplorationCase['settings']> {
  // In this dialect any server is asked for a ttl with each call.
  const canExpire = facts.settings === true || dialect === 'tasks-2025-11-25';
  const none = fc.constant({});
  if (!canExpire) return none;
  const short = fc.record({ ttlMs: TTL_MS });
  return fc.oneof({ arbitrary: none, weight: 4 }, { arbitrary: short, weight: 1 });
}

const RETRY_KEY = fc.constantFrom('same' as const, 'same' as const, 'same' as const, 'new' as const, 'none' as const);

const BACKOFF: fc.Arbitrary<ExplorationCase['backoff']> = fc.oneof(
  fc.record({ id: fc.constant('fixed'), options: fc.record({ intervalMs: fc.integer({ min: 20, max: 400 }) }) }),
  fc.record({
    id: fc.constant('exponential'),
    options: fc.record({
      initialMs: fc.integer({ min: 10, max: 200 }),
      factor: fc.constant(2),
      capMs: fc.constant(2000),
    }),
  }),
);

function agentsArbitrary(target: PlannedTarget, shape: CaseShape): fc.Arbitrary<ExplorationCase['agents']> {
  const call = callArbitrary(target);
  const between = (wanted: number | undefined, most: number) =>
    ({ minLength: wanted ?? 1, maxLength: wanted ?? most, size: 'max' }) as const;
  return fc.array(fc.array(call, between(shape.calls, CALLS_MAX)), between(shape.agents, AGENTS_MAX));
}

/** One call, or two of one agent or of two. */
function fewCallsArbitrary(target: PlannedTarget): fc.Arbitrary<ExplorationCase['agents']> {
  const call = callArbitrary(target);
  const ofOne = fc.array(fc.array(call, { minLength: 1, maxLength: SMALL.calls }), { minLength: 1, maxLength: 1 });
  const each = fc.array(call, { minLength: 1, maxLength: 1 });
  return fc.oneof(ofOne, fc.array(each, { minLength: SMALL.calls, maxLength: SMALL.calls }));
}

function callArbitrary(target: PlannedTarget): fc.Arbitrary<CaseCall> {
  const { facts, dialect } = target;
  const isBlocking = dialect === 'blocking';
  const cancels = facts.cancel && !isBlocking;
  return fc.record({
    ...workArbitrary(target),
    ms: fc.integer({ min: 0, max: 400 }),
    thinkMs: fc.oneof(
      { arbitrary: fc.constant(0), weight: 3 },
      { arbitrary: fc.integer({ min: 0, max: 200 }), weight: 1 },
    ),
    busyMs: fc.oneof(
      { arbitrary: fc.constant(0), weight: 3 },
      { arbitrary: fc.integer({ min: 0, max: 200 }), weight: 1 },
    ),
    policy: isBlocking ? fc.constant('blocking') : fc.constantFrom('poller', 'poller', 'waiter', 'moved-on'),
    key: facts.key
      ? weighted<CaseCall['key']>([
          ['own', 8],
          ['none', 1],
          ['shared', 1],
        ])
      : fc.constant('none' as const),
    cancelAfterMs: cancels
      ? fc.oneof({ arbitrary: fc.constant(null), weight: 3 }, { arbitrary: CANCEL_MS, weight: 1 })
      : fc.constant(null),
  });
}

/** Right after the receipt, or in the middle of the work, or too late. */
const CANCEL_MS = fc.oneof(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 500 }));

/** The work tool alone where the target has no other; `exit` and `burn` are left out: they end or stop the thread. */
function workArbitrary({ facts, dialect }: PlannedTarget): {
  readonly tool: fc.Arbitrary<string>;
  readonly mode: fc.Arbitrary<string | null>;
} {
  const modes = ['repeatable', 'plain', 'error', 'throw'].filter((mode) => facts.modes.includes(mode));
  // Where answers go out once and have no answer of their own, a lost one leaves the task waiting for ever, rightly.
  const canAnswerAgain = facts.asking && (hasModernTasks(dialect) || dialect === 'handle');
  const hasModes = facts.tools.includes('effect') && modes.length > 0;
  return {
    tool: weighted([
      [hasModes ? 'effect' : 'work', 10],
      ['failing', facts.failing ? 1 : 0],
      ['asking', canAnswerAgain ? 1 : 0],
    ]),
    mode: hasModes
      ? fc.constantFrom<string | null>(null, null, ...modes.slice(0, 2), ...modes.slice(0, 2), ...modes)
      : fc.constant(null),
  };
}

/** The first one is the simplest: shrinking goes there. */
function weighted<Value extends string>(choices: readonly (readonly [Value, number])[]): fc.Arbitrary<Value> {
  return fc.constantFrom(...choices.flatMap(([value, weight]) => Array.from({ length: weight }, () => value)));
}
