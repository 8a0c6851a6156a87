import { faultUnits } from '../faults/index.ts';
import type { Fault } from '../model/fault.ts';
import type { NotApplicable, Plan, PlannedCall, PlannedFault, PlannedTarget, Trigger } from '../model/plan.ts';
import type { Prng } from '../model/prng.ts';
import { ALL_PROCESSES, processNames } from '../model/process-name.ts';
import { UsageError } from '../model/usage-error.ts';
import { type CallPool, createCallPool } from './call-pool.ts';
import { between } from './duration-law.ts';
import { impossible, strikesOf } from './fault-applicability.ts';
import { knownOptions } from './planned-call.ts';
import { isDrawnForEach, type Scenario, type ScenarioFault } from './scenario-schema.ts';

export interface PlannedFaults {
  readonly faults: readonly PlannedFault[];
  readonly notApplicable: readonly NotApplicable[];
}

/** One scenario entry, still without a number. */
interface Draft {
  readonly unit: Fault;
  readonly trigger: Trigger;
  readonly options: PlannedFault['options'];
  readonly process?: string;
}

interface Context {
  readonly scenario: Scenario;
  readonly target: PlannedTarget;
  readonly pool: CallPool;
  readonly draw: Prng;
}

/**
 * Every fault entry of a run with the exact call, message or instant it hits. Strikes at the process choose their calls
 * first, one wave of calls after the other, so that they fall apart; faults on single messages then choose among the
 * calls that trigger no strike, best in waves without one, each call at most once.
 */
export function planFaults(
  scenario: Scenario,
  { target, time }: Pick<Plan, 'target' | 'time'>,
  calls: readonly PlannedCall[],
  draw: Prng,
): PlannedFaults {
  const notApplicable: NotApplicable[] = [];
  const drop = (unit: Fault, reason: string) => {
    const { id, name } = unit.meta;
    if (notApplicable.some((known) => known.id === id && known.reason === reason)) return;
    notApplicable.push({ kind: 'fault', id, name, reason });
  };
  const wanted = scenario.faults.flatMap((entry, index) => {
    const unit = unitOf(entry);
    const found = impossible(unit, entry, { target, time });
    if (found.reason === null) return [{ unit, entry: found.entry, index }];
    drop(unit, found.reason);
    return [];
  });
  const strikes = wanted.filter(({ unit }) => unit.meta.kind === 'process');
  const others = wanted.filter(({ unit }) => unit.meta.kind !== 'process');
  const pool = createCallPool(calls, draw.fork('pool'));
  const drafts = new Map<number, Draft[]>();

  const triggered = strikes.flatMap(({ unit, entry, index }) =>
    entry.on === undefined
      ? []
      : Array.from({ length: strikeCount(entry, calls.length) }, () => ({ unit, entry, index })),
  );
  // In the order of the draw, so that the kinds of strikes mix over the run.
  draw
    .fork('strikes')
    .shuffle(triggered)
    .forEach(({ unit, entry, index }, rank, all) => {
      const draft = draftStrike(
        unit,
        entry,
        { scenario, target, pool, draw: draw.fork(`strike/${rank}`) },
        rank / all.length,
      );
      if (draft === null) drop(unit, 'no call of this scenario can trigger it on this target');
      else
        drafts.set(index, [
          ...(drafts.get(index) ?? []),
          { ...draft, ...struck(target, strikesOf(unit, entry), draw, rank) },
        ]);
    });
  for (const { unit, entry, index } of strikes) {
    const instants = (entry.atMs ?? []).map((atMs, number) => ({
      unit,
      trigger: { kind: 'time' as const, atMs },
      options: optionsOf(unit, entry, target),
      ...struck(target, strikesOf(unit, entry), draw, `${index}/${number}`),
    }));
    drafts.set(index, [...(drafts.get(index) ?? []), ...instants]);
  }
  for (const { unit, entry, index } of others) {
    const isOfAnswers = opOf(unit, entry) === 'update';
    if (isOfAnswers && !calls.some(({ tool }) => tool === 'asking'))
      drop(unit, 'no call of this scenario asks for anything');
    else drafts.set(index, draftOthers(unit, entry, { scenario, target, pool, draw }));
  }
  return { faults: numbered(wanted.flatMap(({ index }) => drafts.get(index) ?? [])), notApplicable };
}

function numbered(drafts: readonly Draft[]): readonly PlannedFault[] {
  const counts = new Map<string, number>();
  return drafts.map(({ unit, trigger, options, process }) => {
    const { id, name } = unit.meta;
    const number = (counts.get(id) ?? 0) + 1;
    counts.set(id, number);
    const aim = process === undefined ? {} : { process };
    return { entry: `${id}#${number}`, fault: id, name, ...aim, trigger, options };
  });
}

/** A strike after an event of a call that will certainly show that event. null: there is no such call. */
function draftStrike(
  unit: Fault,
  entry: ScenarioFault,
  { scenario, target, pool, draw }: Context,
  progress: number,
): Draft | null {
  const { on, hold = false } = entry;
  if (on === undefined) return null;
  const isMidWork = on === 'begin' || on === 'acked' || on === 'create-sent' || on === 'create-answered';
  const call = pool.takeForStrike({
    progress,
    // A held receipt must not outlast the wait of its client; work to be interrupted must be long enough for that.
    prefers: hold ? 'short' : isMidWork ? 'long' : 'any',
    msMax: hold ? scenario.limits.requestMs * 0.6 : Number.POSITIVE_INFINITY,
    among: { during: entry.during, ...(on === 'input-required-seen' ? { tool: 'asking' } : {}) },
  });
  if (call === null) return null;
  const share = entry.afterShare === undefined ? 0 : between1000(draw, entry.afterShare) * call.ms;
  const ms = Math.round(share + between(draw, entry.afterMs ?? 0));
  return {
    unit,
    trigger: { kind: 'event', on, call: call.call, ms, ...(hold ? { hold } : {}) },
    options: optionsOf(unit, entry, target),
  };
}

/** Which of several processes it strikes; nothing where there is one. */
function struck(
  { processes }: PlannedTarget,
  strikes: 'server' | 'worker' | 'all',
  draw: Prng,
  place: number | string,
): Pick<PlannedFault, 'process'> {
  if (processes === undefined) return {};
  if (strikes === 'all') return { process: ALL_PROCESSES };
  const [first] = draw.fork(`process/${place}`).shuffle(processNames(processes)[`${strikes}s`]);
  if (first === undefined) throw new Error(`expected a ${strikes} to strike, got none`);
  return { process: first };
}

/** A share in thousandths: ranges of shares lie between 0 and 1, where whole numbers would say nothing. */
function between1000(draw: Prng, range: number | readonly [number, number]): number {
  const scaled = typeof range === 'number' ? range * 1000 : ([range[0] * 1000, range[1] * 1000] as const);
  return between(draw, scaled) / 1000;
}

function draftOthers(unit: Fault, entry: ScenarioFault, { scenario, target, pool }: Context): Draft[] {
  const options = optionsOf(unit, entry, target);
  if (isDrawnForEach(entry)) return [{ unit, trigger: streamTrigger(unit, entry), options }];
  const planned = entry.count ?? Math.round((entry.probability ?? 0) * scenario.calls);
  const isOfAnswers = opOf(unit, entry) === 'update';
  const among = { tool: isOfAnswers ? 'asking' : undefined, during: entry.during };
  const count = entry.probability === undefined ? planned : Math.min(Math.max(planned, 1), pool.freeCount(among));
  const chosen = pool.takeMany(count, among);
  if (chosen === null) {
    const isWhich = [
      ...(isOfAnswers ? ['ask for something'] : []),
      ...(entry.during === undefined ? [] : [`lie between ${entry.during.join(' and ')} of the run`]),
      'are free of other faults',
    ].join(' and ');
    throw new UsageError(
      `${scenario.name}: ${count} entries of ${unit.meta.id} do not fit: only ${pool.freeCount(among)} of the ${scenario.calls} ` +
        `calls ${isWhich}. Use fewer faults or more calls.`,
    );
  }
  return chosen.flatMap((call) => draftsAt(call, unit, entry, options, target));
}

function draftsAt(
  { call }: PlannedCall,
  unit: Fault,
  entry: ScenarioFault,
  options: PlannedFault['options'],
  target: PlannedTarget,
): readonly Draft[] {
  const isAgents = unit.meta.kind === 'agent' || (unit.meta.id === 'F8' && options.form === 'probe');
  if (!isAgents) {
    const trigger = {
      kind: 'message',
      direction: directionOf(unit, entry),
      op: opOf(unit, entry),
      call,
      attempt: 1,
    } as const;
    return [{ unit, trigger, options }];
  }
  const own: Draft = { unit, trigger: { kind: 'call', call }, options };
  if (unit.meta.id !== 'F9') return [own];
  // An agent's patience only runs out when the receipt does not come, so this one never does.
  const lost = faultUnits.F5;
  if (!lost) throw new Error('expected the fault F5 in the registry, found none');
  const trigger = { kind: 'message', direction: 'reply', op: 'create', call, attempt: 1 } as const;
  return [own, { unit: lost, trigger, options: optionsOf(lost, { fault: 'F5', options: { how: 'hang' } }, target) }];
}

function streamTrigger(unit: Fault, entry: ScenarioFault): Trigger {
  return {
    kind: 'messages',
    direction: entry.direction ?? (unit.meta.id === 'F1' ? 'both' : unit.meta.id === 'F3' ? 'reply' : 'request'),
    ...(entry.op === undefined ? {} : { op: entry.op }),
    probability: entry.probability ?? 1,
    ...(entry.fromMs === undefined ? {} : { fromMs: entry.fromMs }),
    ...(entry.untilMs === undefined ? {} : { untilMs: entry.untilMs }),
  };
}

/** Which messages an entry is about; F29 is about answers. */
function opOf(unit: Fault, entry: ScenarioFault): NonNullable<ScenarioFault['op']> {
  return entry.op ?? (unit.meta.id === 'F29' ? 'update' : 'create');
}

function directionOf(unit: Fault, entry: ScenarioFault): 'request' | 'reply' {
  if (unit.meta.id === 'F29') return entry.options.form === 'unacknowledged' ? 'reply' : 'request';
  if (entry.direction === 'request' || entry.direction === 'reply') return entry.direction;
  return ['F1', 'F3', 'F5', 'F6', 'F7'].includes(unit.meta.id) ? 'reply' : 'request';
}

function optionsOf(unit: Fault, entry: ScenarioFault, target: PlannedTarget): PlannedFault['options'] {
  const given = knownOptions(`${unit.meta.id} ${unit.meta.name}`, unit.meta.options, entry.options);
  const options = { ...unit.meta.options, ...given };
  // A pipe has no reset and no FIN for one message: its client just never hears again.
  return unit.meta.id === 'F5' && target.transport === 'stdio' ? { ...options, how: 'hang' } : options;
}

function strikeCount(entry: ScenarioFault, calls: number): number {
  return entry.count ?? Math.max(1, Math.round((entry.probability ?? 0) * calls));
}

function unitOf(entry: ScenarioFault): Fault {
  const unit = faultUnits[entry.fault];
  if (!unit) throw new Error(`expected a registered fault, got ${entry.fault}`);
  return unit;
}
