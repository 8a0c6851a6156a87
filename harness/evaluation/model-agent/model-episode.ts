import type { Episode, EpisodeEnd, EpisodeEvent, EpisodeMode } from '../../model/evaluation/episode.ts';
import type { EvaluationHost } from '../../model/evaluation/host.ts';
import type { Instance, StepId } from '../../model/evaluation/instance.ts';
import type { EpisodeLimits } from '../episode/run-episode.ts';
import { statesOf } from '../episode/run-episode.ts';
import type { Complete, OfferedTool } from './completion.ts';
import { createModelCourse } from './model-course.ts';
import type { PromptMode } from './prompts.ts';
import type { TurnTime } from './turn-time.ts';

export interface ModelEpisodeOptions {
  readonly instance: Instance;
  /** Name of the model. */
  readonly agent: string;
  readonly host: EvaluationHost;
  /** Time of the host must not pass while it is asked, but where time is real. */
  readonly complete: Complete;
  /** async: a call is answered with a receipt. sync: the model is answered when all results of its turn are there. */
  readonly mode: EpisodeMode;
  readonly law: string;
  readonly seed: number;
  readonly agentMs: number;
  readonly turnTime: TurnTime;
  readonly prompt: PromptMode;
  /** What the server says of itself. */
  readonly instructions: string;
  /** Of the server. */
  readonly tools: readonly OfferedTool[];
  readonly latencyMs: Readonly<Record<StepId, number>>;
  readonly limits: EpisodeLimits;
  readonly signal?: AbortSignal;
}

/**
 * A model on one instance, from its first turn to its end; the same Episode as of a policy. Times in ms. null: it was never
 * asked, or what was written down of it cannot be played. Throws what the host rejects, unless `signal` was aborted.
 */
export async function runModelEpisode(options: ModelEpisodeOptions): Promise<Episode | null> {
  const { instance, agent, host, mode, law, seed, agentMs, latencyMs, signal } = options;
  const events: EpisodeEvent[] = [];
  const originMs = host.now();
  const course = createModelCourse(options, originMs, (event) => events.push(event));
  let end: EpisodeEnd | null;
  try {
    end = await course.run();
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    end = 'interrupted';
  } finally {
    course.close();
  }
  if (end === null) return null;
  const makespanMs = host.now() - originMs;
  const states = await statesOf(options, end);
  return { instance, agent, mode, seed, law, agentMs, latencyMs, events, end, makespanMs, states };
}
