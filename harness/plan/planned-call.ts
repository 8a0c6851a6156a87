import { loadUnits } from '../loads/index.ts';
import type { Load } from '../model/load.ts';
import type { PlannedCall, PlannedTarget } from '../model/plan.ts';
import type { Prng } from '../model/prng.ts';
import { UsageError } from '../model/usage-error.ts';
import { between, durationOf } from './duration-law.ts';
import { withTrespasses } from './planned-trespass.ts';
import type { Scenario, ScenarioWork } from './scenario-schema.ts';

/** The load unit of a scenario, and its options with defaults filled in. A UsageError names an option it does not have. */
export function loadOf(scenario: Scenario): {
  readonly unit: Load;
  readonly options: Readonly<Record<string, number>>;
} {
  const unit = loadUnits[scenario.load.id];
  if (!unit) throw new UsageError(`load.id: unknown load '${scenario.load.id}'`);
  const { stages = [] } = scenario.load;
  if ((unit.meta.isStaged === true) !== stages.length > 0) {
    throw new UsageError(
      unit.meta.isStaged ? `load ${unit.meta.id} needs load.stages` : `load ${unit.meta.id} has no stages; take stages`,
    );
  }
  return {
    unit,
    options: {
      ...unit.meta.options,
      ...knownOptions(`load ${unit.meta.id}`, unit.meta.options, scenario.load.options),
    },
  };
}

/** The given options, all of which must be among the known ones and of their type. */
export function knownOptions<Value extends number | string | boolean>(
  owner: string,
  known: Readonly<Record<string, Value>>,
  given: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, name)) {
      const names = Object.keys(known).sort().join(', ') || 'none';
      throw new UsageError(`Unknown option '${name}' of ${owner}; known: ${names}.`);
    }
    if (typeof value !== typeof known[name]) {
      throw new UsageError(
        `Option '${name}' of ${owner}: expected a ${typeof known[name]}, got ${JSON.stringify(value)}.`,
      );
    }
  }
  return given;
}

/** Every call of a run: who makes it when, with which work, token and key. */
export function planCalls(scenario: Scenario, target: PlannedTarget, draw: Prng): readonly PlannedCall[] {
  const { unit, options } = loadOf(scenario);
  const arrivals = unit.arrivals({
    agents: scenario.agents.count,
    calls: scenario.calls,
    options,
    stages: scenario.load.stages ?? [],
    draw: draw.fork('load'),
  });
  const mix = mixOf(scenario.work, arrivals.length, draw.fork('mix'));
  // One stream for all: forks start from 32 bits, of which two could be the same. The scenario is part of it, since a server
  // that runs on remembers the keys of the scenario before.
  const secrets = draw.fork(`secrets/${scenario.name}`);
  const calls = arrivals.map((arrival, index) => {
    const work = mix[index];
    if (!work) throw new Error(`expected work for call ${index + 1}, found none`);
    const number = index + 1;
    const token = `tk${secrets.hex(12)}`;
    const key = secrets.hex(16);
    const own = draw.fork(`call/${number}`);
    const { facts } = target;
    const tool = toolOf(work.tool, target);
    const asked = durationOf(own, work.ms);
    const answerAfterMs = asksOf(tool) ? between(draw.fork(`answer/${number}`), work.answerAfterMs) : 0;
    const cancelAfterMs = work.cancelAfterMs === null ? null : between(own, work.cancelAfterMs);
    const hasTask = target.dialect !== 'blocking';
    return {
      call: number,
      agent: arrival.agent,
      atMs: arrival.atMs,
      thinkMs: arrival.thinkMs,
      ...(arrival.follows ? { follows: number - 1 } : {}),
      tool,
      ms: facts.variesDuration ? asked : facts.takesMs,
      mode: tool === 'effect' && work.mode !== null && facts.modes.includes(work.mode) ? work.mode : null,
      token,
      key: facts.key ? key : null,
      policy: target.dialect === 'blocking' ? 'blocking' : (work.policy ?? scenario.agents.policy),
      busyMs: between(own, work.busyMs ?? scenario.agents.busyMs),
      cancelAfterMs: facts.cancel && hasTask ? cancelAfterMs : null,
      ...(answerAfterMs === 0 ? {} : { answerAfterMs }),
      ...(work.fetchAfterMs === undefined || !hasTask ? {} : { fetchAfterMs: between(own, work.fetchAfterMs) }),
    };
  });
  return withTrespasses(calls, ({ call }) => mix[call - 1]?.trespass === true, target);
}

/** Calls of this tool ask for input: as tasks, or before they become one. */
function asksOf(tool: string): boolean {
  return tool === 'asking' || tool === 'asking-first';
}

/** What a target does not offer becomes its work tool. */
function toolOf(wanted: string, { facts }: PlannedTarget): string {
  if (wanted === 'failing') return facts.failing ? 'failing' : 'work';
  if (wanted === 'asking') return facts.asking ? 'asking' : 'work';
  return facts.tools.includes(wanted) ? wanted : 'work';
}

/** Kinds of work by call: those with a time of their own there, all others by weight. */
function mixOf(kinds: readonly ScenarioWork[], count: number, draw: Prng): readonly ScenarioWork[] {
  const anyTime = kinds.filter(({ during }) => during === undefined);
  const mix = [...shareOut(anyTime.length === 0 ? kinds : anyTime, count, draw)];
  for (const work of kinds) {
    if (work.during === undefined) continue;
    const [from, until] = work.during;
    mix.fill(work, Math.floor(from * count), Math.floor(until * count));
  }
  return mix;
}

/** Calls by weight, exactly (largest remainders first), in an order drawn by seed: no kind of work is left out by chance. */
function shareOut(kinds: readonly ScenarioWork[], count: number, draw: Prng): readonly ScenarioWork[] {
  const total = kinds.reduce((sum, { weight }) => sum + weight, 0);
  const shares = kinds.map((work, index) => {
    const exact = (work.weight / total) * count;
    return { work, index, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
  });
  const missing = count - shares.reduce((sum, { whole }) => sum + whole, 0);
  const rounded = new Set(
    [...shares]
      .sort((a, b) => b.rest - a.rest || a.index - b.index)
      .slice(0, missing)
      .map(({ index }) => index),
  );
  const list = shares.flatMap(({ work, index, whole }) =>
    Array.from({ length: whole + (rounded.has(index) ? 1 : 0) }, () => work),
  );
  return draw.shuffle(list);
}
