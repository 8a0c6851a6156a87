import type { EpisodeMode } from '../../model/evaluation/episode.ts';
import type { Instance, StepId } from '../../model/evaluation/instance.ts';
import type { PlannedCrash } from '../episode/planned-crash.ts';

/** One agent on one instance, to be run. */
export interface Sitting {
  /** Its place in the evaluation, from 0: results come back in any order. */
  readonly index: number;
  readonly instance: Instance;
  /** Policy id. */
  readonly agent: string;
  readonly mode: EpisodeMode;
  readonly seed: number;
  readonly law: string;
  /** What the work of each gold step takes, ms. */
  readonly latencyMs: Readonly<Record<StepId, number>>;
  readonly crash: PlannedCrash | null;
}

/** How every episode of an evaluation is run. */
export interface EpisodeRules {
  readonly agentMs: number;
  readonly turnsMax: number;
  readonly timeMsMax: number;
  /** So many ms of the run are one of an episode; 1 in virtual time. */
  readonly timeScale: number;
  /** Episodes that go on at the same time in one world. */
  readonly parallel: number;
}
