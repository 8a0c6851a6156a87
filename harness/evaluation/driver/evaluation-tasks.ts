import type { EpisodeMode } from '../../model/evaluation/episode.ts';
import type { Instance, StepId } from '../../model/evaluation/instance.ts';
import type { Plan, PlannedTarget } from '../../model/plan.ts';
import { createPrng } from '../../model/prng.ts';
import type { Scenario } from '../../plan/scenario-schema.ts';
import { CRASH_PHASES, type PlannedCrash } from '../episode/planned-crash.ts';
import type { EpisodeRules } from './sitting.ts';
import type { PlainSitting, WorldTask } from './world-task.ts';

// Enough that the start of a server is little beside what is done on it, few enough that an interrupt loses little.
const WORLD_SITTINGS = 64;
// How long a crashed agent is gone, ms: longer than most work takes.
const CRASH_DOWN_MS = 12_000;

/** The instances under one law and one seed of latencies, and the server that keeps to them. */
export interface LawSet {
  readonly law: string;
  readonly seed: number;
  readonly instances: readonly SetInstance[];
  readonly target: PlannedTarget;
}

/** With what its gold calls take under that law and seed, ms. */
interface SetInstance {
  readonly instance: Instance;
  readonly latencyMs: Readonly<Record<StepId, number>>;
}

export interface TaskOptions {
  readonly agents: readonly string[];
  readonly modes: readonly EpisodeMode[];
  readonly sets: readonly LawSet[];
  readonly scenario: Scenario;
  readonly time: Plan['time'];
  readonly rules: EpisodeRules;
  /** Crash every agent once, each phase in its turn; the ids it keeps or not. null: no agent crashes. */
  readonly crash: { readonly phases: readonly string[]; readonly keepsIds: readonly boolean[] } | null;
  readonly claimcheck: string;
}

/**
 * Every world of an evaluation, in the order of its episodes: law and seed, agent, mode, instance. Where agents are crashed, each
 * world is followed by the same one without a crash, which says what the crash cost.
 */
export function evaluationTasks(options: TaskOptions): readonly WorldTask[] {
  const { scenario, time, rules, claimcheck } = options;
  const tasks: WorldTask[] = [];
  let index = 0;
  for (const { law, seed, instances, target } of options.sets) {
    for (const { agent, mode, isCalm } of turnsOf(options)) {
      for (let from = 0; from < instances.length; from += WORLD_SITTINGS) {
        const world = `${agent}-${mode}-${law}-${seed}-${from / WORLD_SITTINGS + 1}`;
        const sittings = instances.slice(from, from + WORLD_SITTINGS).map(({ instance, latencyMs }): PlainSitting => {
          const crash = isCalm ? null : crashFor(options, seed, index);
          return { index: index++, instance: instance.id, agent, mode, seed, law, latencyMs, crash };
        });
        const worldSeed = createPrng(seed, `evaluation/${world}`).integer(1, 2 ** 31 - 1);
        const name = isCalm && options.crash !== null ? `${world}-calm` : world;
        tasks.push({ name, seed: worldSeed, time, target, scenario, rules, sittings, claimcheck });
      }
    }
  }
  return tasks;
}

function turnsOf({ agents, modes, crash }: TaskOptions) {
  const turns = crash === null ? [true] : [false, true];
  return agents.flatMap((agent) => modes.flatMap((mode) => turns.map((isCalm) => ({ agent, mode, isCalm }))));
}

/** In turn over phases and what the agent keeps, so that each comes about as often as any other. */
function crashFor({ crash }: TaskOptions, seed: number, index: number): PlannedCrash | null {
  if (crash === null) return null;
  const cells = crash.phases.flatMap((phase) => crash.keepsIds.map((keepsIds) => ({ phase, keepsIds })));
  const cell = cells[index % cells.length];
  const phase = CRASH_PHASES.find((one) => one === cell?.phase);
  if (cell === undefined || phase === undefined) return null;
  const call = createPrng(seed, `evaluation/crash/${index}`).integer(1, 2);
  return { phase, call, keepsIds: cell.keepsIds, downMs: CRASH_DOWN_MS };
}
