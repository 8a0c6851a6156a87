import type { Episode, EpisodeMode } from '../../model/evaluation/episode.ts';
import type { InstanceKind } from '../../model/evaluation/instance.ts';
import { inversionsOf } from '../measures/inversions.ts';
import { isInstanceRight, taskOutcomes } from '../measures/task-outcome.ts';

/** What is kept of an episode when episodes are compared with each other. */
export interface EpisodeFigures {
  readonly instance: string;
  readonly kind: InstanceKind;
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly law: string;
  readonly seed: number;
  /** All tasks are right. null: that is not known. */
  readonly isRight: boolean | null;
  /** From the first turn to the last action, ms. */
  readonly makespanMs: number;
  /** How far results came in another order than they were called, 0 to 1. null: no two were pending together. */
  readonly inversionDegree: number | null;
  /** Effects that were committed although they had been. */
  readonly doubledEffects: number;
}

export function episodeFigures(episode: Episode): EpisodeFigures {
  const { instance, agent, mode, law, seed, makespanMs } = episode;
  const { pairs, inversions } = inversionsOf(episode);
  const canaries = episode.events.flatMap((event) => (event.kind === 'effect' ? event.canary : []));
  return {
    instance: instance.id,
    kind: instance.kind,
    agent,
    mode,
    law,
    seed,
    isRight: isInstanceRight(taskOutcomes(episode)),
    makespanMs,
    inversionDegree: pairs === 0 ? null : inversions / pairs,
    doubledEffects: canaries.length - new Set(canaries).size,
  };
}
