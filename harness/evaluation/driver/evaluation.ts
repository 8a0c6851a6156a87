import { join } from 'node:path';
import type { EpisodeMode } from '../../model/evaluation/episode.ts';
import type { Instance } from '../../model/evaluation/instance.ts';
import type { DialectId, TransportId } from '../../model/operation.ts';
import type { Plan } from '../../model/plan.ts';
import { loadAll } from '../../model/registry.ts';
import type { Scenario } from '../../plan/scenario-schema.ts';
import { measures } from '../measures/index.ts';
import type { Complete } from '../model-agent/completion.ts';
import { openEvaluationCrew } from './crew.ts';
import { createReporter, type EpisodeReport } from './episode-report.ts';
import { evaluationTasks, type LawSet, type TaskOptions } from './evaluation-tasks.ts';
import { type PrintedInstances, printedInstances } from './instances.ts';
import { runRealWorld } from './real-world.ts';
import type { EpisodeRules } from './sitting.ts';
import {
  type DataFiles,
  dataFlags,
  type EvaluationServer,
  evaluationProgram,
  realTarget,
  virtualTarget,
} from './target.ts';
import type { WorldTask } from './world-task.ts';

/** What is evaluated, and how. */
export interface EvaluationRequest {
  /** The folder of this package. */
  readonly root: string;
  readonly claimcheck: string;
  readonly agents: readonly string[];
  readonly modes: readonly EpisodeMode[];
  readonly laws: readonly string[];
  readonly seeds: readonly number[];
  readonly dataSeed: number;
  readonly data: DataFiles | null;
  readonly filter: string | null;
  readonly sample: number | null;
  readonly time: Plan['time'];
  readonly dialect: DialectId;
  readonly transport: TransportId;
  readonly schema: string;
  /** So great a share of all different calls fails once. */
  readonly failing: number;
  readonly scenario: Scenario;
  readonly crash: TaskOptions['crash'];
  readonly rules: EpisodeRules;
}

export interface PreparedEvaluation {
  /** In the data set. */
  readonly total: number;
  /** What was made up about imported records that say too little, a sentence each. */
  readonly notes: readonly string[];
  /** Those asked for, in the order of the data set. */
  readonly instances: readonly Instance[];
  /** The classes of every tool of the data set. */
  readonly toolClasses: ReadonlyMap<string, ReadonlySet<string>>;
  readonly tasks: readonly WorldTask[];
  readonly episodeCount: number;
}

/** The data set and everything that is to be done with it. Throws a UsageError for a wish that cannot be met. */
export async function prepareEvaluation(request: EvaluationRequest): Promise<PreparedEvaluation> {
  const { laws, seeds, dataSeed, rules, time } = request;
  const places = seeds.flatMap((seed) => laws.map((law) => ({ law, seed })));
  const { root, dialect, transport, schema, data, failing, filter, sample } = request;
  const { total, notes, toolsByClass, instances } = await printedInstances(evaluationProgram(root), {
    places,
    choice: { filter, sample, seed: dataSeed },
    flags: dataFlags(data),
  });
  const sets: LawSet[] = [];
  for (const [index, { law, seed }] of places.entries()) {
    const server: EvaluationServer = {
      ...{ root, dialect, transport, schema, data, law, failing },
      latencySeed: seed,
      timeScale: rules.timeScale,
    };
    const target = await (time === 'virtual' ? virtualTarget(server) : realTarget(server));
    sets.push({
      law,
      seed,
      instances: instances.map(({ instance, latencies }) => ({ instance, latencyMs: latencies[index] ?? {} })),
      target: target.planned,
    });
  }
  const tasks = evaluationTasks({ ...request, sets });
  return {
    total,
    notes,
    toolClasses: classesByTool(toolsByClass),
    instances: instances.map(({ instance }) => instance),
    tasks,
    episodeCount: tasks.reduce((sum, { sittings }) => sum + sittings.length, 0),
  };
}

function classesByTool(toolsByClass: PrintedInstances['toolsByClass']): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const [toolClass, tools] of Object.entries(toolsByClass)) {
    for (const tool of tools) found.set(tool, (found.get(tool) ?? new Set()).add(toolClass));
  }
  return found;
}

export interface EvaluationRun {
  /** Worker threads, in virtual time. */
  readonly jobs: number;
  /** Where the runs of real time go. */
  readonly directory: string;
  readonly signal: AbortSignal;
  onWorld(task: WorldTask, reports: readonly EpisodeReport[]): void;
  /** Where the model is asked, if there is one. */
  readonly complete?: Complete | undefined;
}

/** Runs what was prepared, until it is done or interrupted. */
export async function runEvaluation(
  { tasks, instances }: PreparedEvaluation,
  time: Plan['time'],
  { jobs, directory, signal, onWorld, complete }: EvaluationRun,
): Promise<void> {
  if (time === 'virtual') {
    await using crew = await openEvaluationCrew({ size: Math.min(jobs, tasks.length), instances });
    // Awaited here: the crew is closed at the end of this block.
    return await crew.run(tasks, { signal, onWorld, complete });
  }
  const reporter = createReporter(await loadAll(measures));
  const byId = new Map(instances.map((instance) => [instance.id, instance]));
  for (const task of tasks) {
    if (signal.aborted) return;
    const results = await runRealWorld(task, {
      directory: join(directory, 'runs', task.name),
      instances: byId,
      signal,
      complete,
    });
    onWorld(task, results.map(reporter.report));
  }
}
