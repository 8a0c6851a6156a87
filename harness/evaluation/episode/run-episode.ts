import type { Episode, EpisodeEnd, EpisodeEvent, EpisodeMode } from '../../model/evaluation/episode.ts';
import type { EvaluationHost } from '../../model/evaluation/host.ts';
import type { Instance, Json, StepId } from '../../model/evaluation/instance.ts';
import type { EvaluationPolicy } from '../../model/evaluation/policy.ts';
import { createCourse } from './course.ts';
import type { PlannedCrash } from './planned-crash.ts';

export interface EpisodeOptions {
  readonly instance: Instance;
  readonly policy: EvaluationPolicy;
  readonly host: EvaluationHost;
  readonly mode: EpisodeMode;
  /** Name of the law of latencies; for the record. */
  readonly law: string;
  readonly seed: number;
  /** What one action of the agent takes, ms. */
  readonly agentMs: number;
  /** What each step is expected to take, ms. */
  readonly latencyMs: Readonly<Record<StepId, number>>;
  readonly limits: EpisodeLimits;
  readonly faults?: { readonly crash?: PlannedCrash };
  /** Aborted when the run is interrupted: what the host then rejects ends the episode instead of the run. */
  readonly signal?: AbortSignal;
}

export interface EpisodeLimits {
  /** A turn ends with an action that takes time. */
  readonly turns: number;
  /** From the first turn, ms. */
  readonly timeMs: number;
}

/**
 * One agent on one instance, from its first turn to its end: performs what the policy decides, brings it what has arrived, and
 * writes everything down. Times in ms. `events` stand in the order in which they began. Throws what the host rejects, unless
 * `signal` was aborted.
 */
export async function runEpisode(options: EpisodeOptions): Promise<Episode> {
  const { instance, policy, host, mode, law, seed, agentMs, latencyMs, signal } = options;
  const events: EpisodeEvent[] = [];
  const originMs = host.now();
  const course = createCourse(options, originMs, (event) => events.push(event));
  let end: EpisodeEnd;
  try {
    end = await course.run();
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    end = 'interrupted';
  } finally {
    course.close();
  }
  const makespanMs = host.now() - originMs;
  const states = await statesOf(options, end);
  return { instance, agent: policy.meta.id, mode, seed, law, agentMs, latencyMs, events, end, makespanMs, states };
}

/** What every workspace is at the end, for the measures. */
export async function statesOf(
  { instance, host }: Pick<EpisodeOptions, 'instance' | 'host'>,
  end: EpisodeEnd,
): Promise<Record<string, Json>> {
  const states: Record<string, Json> = {};
  for (const { workspace } of instance.tasks) {
    if (workspace === '') continue;
    states[workspace] = end === 'interrupted' ? null : await host.stateOf(workspace);
  }
  return states;
}
