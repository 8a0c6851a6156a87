import { dialects } from '../../src/dialects/index.ts';
import { QUEUES } from '../../src/queues/index.ts';
import { SIMULATED_STORES, STORES } from '../../src/stores/index.ts';
import { backoffs } from '../backoffs/index.ts';
import { AXES, type Axis, type Choices } from '../model/comparison.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';
import { DURATION_LAWS, durationLaw } from '../plan/duration-law.ts';
import type { Scenario } from '../plan/scenario-schema.ts';
import { APPROACH_IDS, approachNamed, backoffNamed } from './compare-approaches.ts';
import type { ScenarioFlags } from './run-options.ts';
import type { TargetFlags } from './target-options.ts';

/** Values asked of each axis; an axis that is missing does not vary. */
export type AxisValues = Readonly<Partial<Record<Axis, readonly string[]>>>;

/** One cell, before anything is planned. */
export interface CellWish {
  readonly id: string;
  readonly choices: Choices;
  readonly note: string | null;
  /** Why it cannot be; null: it can, as far as anybody can tell without a server. */
  readonly unavailable: string | null;
  /** Its server calls back over HTTP. */
  readonly callsBack: boolean;
  readonly target: Pick<TargetFlags, 'store' | 'queue' | 'dialect' | 'replicas'>;
  /** What it changes about the scenario. */
  readonly flags: Pick<ScenarioFlags, 'set'>;
}

// The plain interval that everything is held against.
const PLAIN = 'fixed:intervalMs=5000';

/** What 'all' stands for, and what is refused as unknown before anything is started. */
const KNOWN: Readonly<Record<Axis, { readonly all: readonly string[]; check(value: string): void }>> = {
  law: { all: Object.keys(DURATION_LAWS), check: durationLaw },
  approach: { all: APPROACH_IDS, check: approachNamed },
  dialect: named('dialect', dialects),
  store: named('store', { ...STORES, ...SIMULATED_STORES }, Object.keys(STORES)),
  queue: named('queue', QUEUES),
  replicas: {
    all: ['1', '2', '3'],
    check(value) {
      if (!/^[1-9]\d?$/.test(value)) throw new UsageError(`--replicas ${value}: expected whole numbers from 1 to 99`);
    },
  },
  backoff: { all: [...Object.keys(backoffs), PLAIN], check: backoffNamed },
};

/** The values of an axis with 'all' filled in, each once. Throws a UsageError for one that nobody knows. */
export function axisValues(axis: Axis, given: readonly string[]): readonly string[] {
  const values = given.flatMap((value) => (value === 'all' ? KNOWN[axis].all : [value]));
  for (const value of values) KNOWN[axis].check(value);
  return [...new Set(values)];
}

/** Every combination, the first axes slowest. */
export function cellsOf(scenario: Scenario, values: AxisValues): readonly CellWish[] {
  let combinations: readonly Choices[] = [{}];
  for (const axis of AXES) {
    const wanted = values[axis];
    if (wanted === undefined) continue;
    combinations = combinations.flatMap((choices) => wanted.map((value) => ({ ...choices, [axis]: value })));
  }
  return combinations.map((choices) => cellOf(scenario, choices));
}

function cellOf(scenario: Scenario, choices: Choices): CellWish {
  const way = choices.approach === undefined ? null : approachNamed(choices.approach);
  const backoff = choices.backoff ?? way?.backoff;
  const where = dialectFor(backoff, choices.dialect ?? way?.dialect);
  const { store, queue, replicas } = choices;
  return {
    id: AXES.flatMap((axis) => choices[axis]?.replaceAll(/[^\w.-]+/g, '_') ?? []).join('-'),
    choices,
    note: where.note,
    unavailable: where.unavailable,
    callsBack: way?.callsBack === true,
    target: {
      ...(store === undefined ? {} : { store }),
      ...(queue === undefined ? {} : { queue }),
      ...(where.dialect === undefined ? {} : { dialect: where.dialect }),
      ...(replicas === undefined ? {} : { replicas: Number(replicas) }),
    },
    flags: {
      set: [
        ...(choices.law === undefined ? [] : lawAssignments(scenario, choices.law)),
        ...(backoff === undefined ? [] : [`agents.backoff=${JSON.stringify(backoffNamed(backoff))}`]),
        ...(way?.set ?? []),
      ],
    },
  };
}

/** A way to wait that only some dialects know takes its cell there, unless the dialect was asked for. */
function dialectFor(
  backoff: string | undefined,
  asked: string | undefined,
): { readonly dialect?: string; readonly note: string | null; readonly unavailable: string | null } {
  const open = backoff === undefined ? undefined : backoffs[backoffNamed(backoff).id]?.meta.dialects;
  const [first] = open ?? [];
  if (open === undefined || first === undefined || (asked !== undefined && open.includes(asked))) {
    return { ...(asked === undefined ? {} : { dialect: asked }), note: null, unavailable: null };
  }
  if (asked === undefined) return { dialect: first, note: `on ${first}`, unavailable: null };
  return { note: null, unavailable: `${asked} has no way to wait by '${backoff}'; open in ${open.join(', ')}` };
}

function lawAssignments({ work }: Scenario, law: string): readonly string[] {
  const text = JSON.stringify(durationLaw(law).ms);
  return work.map((_, index) => `work.${index}.ms=${text}`);
}

function named(
  kind: string,
  registry: Readonly<Record<string, unknown>>,
  all: readonly string[] = Object.keys(registry),
): { readonly all: readonly string[]; check(value: string): void } {
  return {
    all,
    check(value) {
      if (!Object.hasOwn(registry, value)) throw unknownName(kind, value, Object.keys(registry));
    },
  };
}
